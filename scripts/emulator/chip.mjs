// SPDX-License-Identifier: MIT
// An RP2040 of the library, with what it lacks put right from outside.
import { attachCpu } from './cpu.mjs';
import { attach } from './memory.mjs';
import { mendUsb } from './usb_host.mjs';

const UART_TRANSMIT = 1 << 5;
const WATCHDOG = 0x40058;
const ROSC = 0x40060;
const ROSC_STATUS_OFF = 0x18;
const ROSC_RANDOM_OFF = 0x1c;
const ROSC_STABLE_AND_ENABLED = 0x80001000;

const silentLogger = { debug() {}, info() {}, warn() {}, error() {} };

// rp2040js keeps the transmit interrupt asserted for ever, which hangs machine.UART.
function mendUart(uart) {
  const writeUint32 = uart.writeUint32;
  uart.checkInterrupts = function () {
    this.rp2040.setInterrupt(this.irq, (this.interruptStatus & this.interruptMask) !== 0);
  };
  uart.writeUint32 = function (offset, value) {
    writeUint32.call(this, offset, value);
    if (offset !== 0) return;
    this.interruptStatus |= UART_TRANSMIT;
    this.checkInterrupts();
  };
}

// The ring oscillator's random bit: a fixed sequence, so that runs repeat.
function randomOscillator(peripheral) {
  let state = 0x2545f491;
  peripheral.writeUint32 = () => {};
  peripheral.readUint32 = (offset) => {
    if (offset === ROSC_STATUS_OFF) return ROSC_STABLE_AND_ENABLED;
    if (offset !== ROSC_RANDOM_OFF) return 0;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 1;
  };
}

// With PRIMASK set, a pending interrupt ends WFI without being taken (ARM DDI 0419, B1.5.18). The NMI is.
function mendSleep(core) {
  const check = core.checkForInterrupts;
  core.checkForInterrupts = function () {
    if (!this.waiting || !this.PM || this.pendingNMI) return check.call(this);
    return (this.pendingInterrupts & this.enabledInterrupts) !== 0 || this.pendingSystick;
  };
}

function mendWatchdog(watchdog, scratch, onReset) {
  watchdog.scratchData.set(scratch.words);
  watchdog.reason = scratch.reason;
  watchdog.onWatchdogTrigger = () => {
    // its alarm would fire again and again within the same moment
    watchdog.alarm.enable = false;
    onReset(watchdog);
  };
}

// The library's reset, which the constructor calls, writes over 16 MiB of flash that nobody uses.
function withoutWipe(RP2040) {
  return class extends RP2040 {
    reset() {
      this.core.reset();
      this.pwm.reset();
    }
  };
}

/**
 * Make a chip around the process's memory and put the core on it.
 * scratch: {words, reason} of the watchdog before the reset; onReset(watchdog) at its trigger.
 */
export function createChip(library, scratch, onReset) {
  const chip = new (withoutWipe(library.RP2040))();
  chip.logger = silentLogger;
  attach(chip);
  chip.uart.forEach(mendUart);
  randomOscillator(chip.peripherals[ROSC]);
  mendSleep(chip.core);
  mendUsb(chip.usbCtrl, chip.clock);
  mendWatchdog(chip.peripherals[WATCHDOG], scratch, onReset);
  chip.core.waiting = false;
  attachCpu(chip);
  return chip;
}
