// SPDX-License-Identifier: MIT
// What rp2040js's USB device controller lacks of a host: start-of-frame interrupts, which the
// firmware counts to flush its output after the port was opened, a quick bus reset, a bus that is
// still, and the order of the two packets that an endpoint has ready at once.
const EP0_IN_BUFFER_CONTROL = 0x80;
const SOF_RD_OFF = 0x48;
const INTE_OFF = 0x90;
const SOF_INTERRUPT = 1 << 17;
const FRAME_NANOS = 1e6;
// A real host takes 10 ms for the reset and some 100 ms in all. Until then the firmware keeps
// only the last 256 bytes it printed: a quick host loses nothing of the start-up messages.
const BUS_RESET_NANOS = 100e3;

const SIE_STATUS_OFF = 0x50;
const SUSPENDED = 1 << 4;
// USB 2.0, 7.1.7.6
const IDLE_NANOS = 3e6;

/** Give the controller a host that sends a start of frame every millisecond. */
export function mendUsb(usb, clock) {
  const { readUint32, writeUint32 } = usb;
  let running = false;
  const frame = clock.createAlarm(() => {
    running = false;
    if (!(usb.intEnable & SOF_INTERRUPT)) return;
    if (!usb.isStill) usb.intRaw |= SOF_INTERRUPT;
    usb.checkInterrupts();
    schedule();
  });
  function schedule() {
    if (running) return;
    running = true;
    frame.schedule(FRAME_NANOS - (clock.nanos % FRAME_NANOS));
  }
  const suspend = clock.createAlarm(() => {
    usb.sieStatus |= SUSPENDED;
    usb.sieStatusUpdated();
  });
  // The bus is still, for the host sleeps or the cable is out (the device cannot tell which), or goes on.
  usb.setStill = (on) => {
    usb.isStill = on;
    if (on) suspend.schedule(IDLE_NANOS);
  };
  usb.resetDevice = () => usb.resetAlarm.schedule(BUS_RESET_NANOS);
  usb.readUint32 = function (offset) {
    if (offset !== SOF_RD_OFF) return readUint32.call(this, offset);
    this.intRaw &= ~SOF_INTERRUPT;
    this.checkInterrupts();
    return Math.floor(clock.nanos / FRAME_NANOS) & 0x7ff;
  };
  usb.writeUint32 = function (offset, value) {
    // the library forgets that this bit is cleared by a write too (RP2040 datasheet, 4.1.4)
    if (offset === SIE_STATUS_OFF) this.sieStatus &= ~(this.rawWriteValue & SUSPENDED);
    writeUint32.call(this, offset, value);
    if (offset === INTE_OFF && value & SOF_INTERRUPT) schedule();
  };
  mendBuffers(usb);
}

// The library hands over the second buffer's packet first. And on a bus that is still nothing is sent or received.
function mendBuffers(usb) {
  const { DPRAMUpdated } = usb;
  usb.DPRAMUpdated = function (offset, value) {
    if (this.isStill) return;
    const endpoint = (offset - EP0_IN_BUFFER_CONTROL) >> 3;
    const buffers = this.endpointWriteAlarms[endpoint]?.buffers;
    const before = buffers?.length;
    DPRAMUpdated.call(this, offset, value);
    if (buffers?.length === before + 2) buffers.push(...buffers.splice(-2).reverse());
  };
}
