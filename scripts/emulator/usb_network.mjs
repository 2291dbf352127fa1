// SPDX-License-Identifier: MIT
// The USB host's side of a network function: CDC-NCM (USB Network Control Model 1.0), 16-bit blocks.
const ENDPOINT_BULK = 2;
const DESCRIPTOR_STRING = 3;
const DESCRIPTOR_INTERFACE = 4;
const DESCRIPTOR_ENDPOINT = 5;
const DESCRIPTOR_CS_INTERFACE = 0x24;
const ETHERNET_FUNCTIONAL = 0x0f;
const CLASS_CDC = 2;
const SUBCLASS_NCM = 13;
const CLASS_DATA = 10;
const PROTOCOL_BLOCKS = 1;
const ENGLISH = 0x409;
const GET_NTB_PARAMETERS = 0x80;
const NTB_PARAMETERS_BYTES = 28;
const NETWORK_CONNECTION = 0;
const NTH16 = 0x484d434e;
const NDP16 = 0x304d434e;
const NTH_BYTES = 12;
const NDP_HEAD_BYTES = 8;
const PACKET_BYTES = 64;

/** What the configuration says of a network function: numbers of interfaces, endpoints, MAC string; null without one. */
export function findNetwork(descriptors) {
  const found = { control: -1, data: -1, notify: -1, in: -1, out: -1, macString: 0 };
  let part = null;
  for (let at = 0; at + 1 < descriptors.length && descriptors[at] > 1; at += descriptors[at]) {
    const [, type, third, , , fifth, sixth, seventh] = descriptors.slice(at, at + 8);
    if (type === DESCRIPTOR_INTERFACE) {
      if (fifth === CLASS_CDC && sixth === SUBCLASS_NCM) part = 'control';
      else if (fifth === CLASS_DATA && seventh === PROTOCOL_BLOCKS) part = 'data';
      else part = null;
      if (part) found[part] = third;
    } else if (part === 'control' && type === DESCRIPTOR_CS_INTERFACE && third === ETHERNET_FUNCTIONAL) {
      found.macString = descriptors[at + 3];
    } else if (part && type === DESCRIPTOR_ENDPOINT) {
      if (descriptors[at + 3] !== ENDPOINT_BULK) found.notify = third & 15;
      else found[third & 0x80 ? 'in' : 'out'] = third & 15;
    }
  }
  return found.control >= 0 && found.data >= 0 ? found : null;
}

/** The frames of a block; throws if it breaks a rule of NCM 1.0, 3.2 and 3.3. */
export function framesOf(block) {
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const check = (ok, what) => {
    if (!ok) throw new RangeError(`network block: ${what}`);
  };
  check(block.length >= NTH_BYTES && view.getUint32(0, true) === NTH16, 'no header');
  check(view.getUint16(4, true) === NTH_BYTES, 'length of the header');
  check(view.getUint16(8, true) === block.length, 'its length is another');
  const frames = [];
  let table = view.getUint16(10, true);
  while (table) {
    check(table % 4 === 0 && table + 16 <= block.length, 'place of a table');
    check(view.getUint32(table, true) === NDP16, 'no table');
    const size = view.getUint16(table + 4, true);
    check(size >= 16 && size % 4 === 0 && table + size <= block.length, 'length of a table');
    for (let at = table + NDP_HEAD_BYTES; at < table + size; at += 4) {
      const start = view.getUint16(at, true);
      const length = view.getUint16(at + 2, true);
      if (start === 0 || length === 0) break;
      check(start + length <= block.length, 'a frame ends outside');
      frames.push(block.slice(start, start + length));
    }
    table = view.getUint16(table + 6, true);
  }
  return frames;
}

/** A block of frames; sequence is its number. */
export function blockOf(frames, sequence) {
  const table = NDP_HEAD_BYTES + 4 * (frames.length + 1);
  let end = NTH_BYTES + table;
  const starts = frames.map((frame) => {
    const start = end;
    end = (start + frame.length + 3) & ~3;
    return start;
  });
  const block = new Uint8Array(end);
  const view = new DataView(block.buffer);
  view.setUint32(0, NTH16, true);
  view.setUint16(4, NTH_BYTES, true);
  view.setUint16(6, sequence & 0xffff, true);
  view.setUint16(8, end, true);
  view.setUint16(10, NTH_BYTES, true);
  view.setUint32(NTH_BYTES, NDP16, true);
  view.setUint16(NTH_BYTES + 4, table, true);
  frames.forEach((frame, index) => {
    const entry = NTH_BYTES + NDP_HEAD_BYTES + 4 * index;
    view.setUint16(entry, starts[index], true);
    view.setUint16(entry + 2, frame.length, true);
    block.set(frame, starts[index]);
  });
  return block;
}

export class UsbNetwork {
  /**
   * library, usb: as for the console; found: what findNetwork gave; stack gets attach(mac), carrier(up), receive(frame)
   * and calls `send` of what attach was given.
   */
  constructor(library, usb, found, stack) {
    Object.assign(this, { library, usb, found, stack });
    this.answer = [];
    this.block = [];
    this.frames = [];
    this.sequence = 0;
    this.outgoing = [];
    this.requested = false;
    this.mostBytes = 0;
    this.steps = [
      () => this.#ask(0x80, 6, (DESCRIPTOR_STRING << 8) | found.macString, ENGLISH, 255),
      () => this.#ask(0xa1, GET_NTB_PARAMETERS, 0, found.control, NTB_PARAMETERS_BYTES),
      () => this.#ask(0x01, 11, 1, found.data, 0),
    ];
    this.step = -1;
  }

  /** Begin with the control requests that make the function work. */
  start() {
    this.#next();
  }

  /** What the device sends on endpoint 0 since then. */
  control(data) {
    this.answer.push(...data);
    const wanted = this.step === 0 ? this.answer[0] : [0, NTB_PARAMETERS_BYTES, 0][this.step];
    if (this.answer.length < wanted) return;
    if (this.step === 0) this.mac = this.#macOf(this.answer.slice(2));
    else if (this.step === 1) this.mostBytes = this.answer[16] | (this.answer[17] << 8);
    this.#next();
  }

  #macOf(wide) {
    const text = String.fromCharCode(...wide.filter((_, index) => index % 2 === 0));
    return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  }

  #next() {
    this.answer = [];
    this.step += 1;
    if (this.step < this.steps.length) this.steps[this.step]();
    else if (this.step === this.steps.length) this.stack.attach(this.mac, (frame) => this.send(frame));
  }

  #ask(kind, bRequest, wValue, wIndex, wLength) {
    const packet = this.library.createSetupPacket({
      dataDirection: kind >> 7, type: (kind >> 5) & 3, recipient: kind & 31, bRequest, wValue, wIndex, wLength,
    });
    this.usb.sendSetupPacket(packet);
  }

  /** A packet of another endpoint: true if it is the network's. */
  fromDevice(endpoint, data) {
    if (endpoint === this.found.notify) this.#notified(data);
    else if (endpoint !== this.found.in) return false;
    else {
      this.block.push(data);
      // a short packet ends a block
      if (data.length < PACKET_BYTES) this.#received();
    }
    return true;
  }

  #notified(data) {
    if (data[0] === 0xa1 && data[1] === NETWORK_CONNECTION) this.stack.carrier(data[2] === 1);
  }

  #received() {
    const block = Uint8Array.from(Buffer.concat(this.block));
    this.block = [];
    if (block.length === 0) return;
    for (const frame of framesOf(block)) this.stack.receive(frame);
  }

  /** Queue an Ethernet frame. */
  send(frame) {
    this.frames.push(frame);
    this.#deliver();
  }

  /** Queue a block as it is, whatever is in it. */
  sendBlock(block) {
    this.#packets(block);
    this.#deliver();
  }

  #packets(block) {
    for (let at = 0; at < block.length; at += PACKET_BYTES) {
      this.outgoing.push(block.slice(at, at + PACKET_BYTES));
    }
    if (block.length % PACKET_BYTES === 0 && block.length < this.mostBytes) this.outgoing.push(new Uint8Array(0));
  }

  // As many frames as fit go into one block.
  #pack() {
    const taken = [];
    let size = NTH_BYTES + NDP_HEAD_BYTES + 4;
    while (this.frames.length) {
      size += 4 + ((this.frames[0].length + 3) & ~3);
      if (taken.length && size > this.mostBytes) break;
      taken.push(this.frames.shift());
    }
    this.#packets(blockOf(taken, this.sequence++));
  }

  /** The device is ready for a packet: true if the endpoint is the network's. */
  deviceReads(endpoint) {
    if (endpoint !== this.found.out) return false;
    this.requested = true;
    this.#deliver();
    return true;
  }

  #deliver() {
    if (!this.requested) return;
    if (this.outgoing.length === 0 && this.frames.length) this.#pack();
    const packet = this.outgoing.shift();
    if (packet === undefined) return;
    this.requested = false;
    this.usb.endpointReadDone(this.found.out, packet);
  }
}
