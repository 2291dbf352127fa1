// SPDX-License-Identifier: MIT
// What is wired to the hardware SPI of the chip: an SD card, or something that keeps what it gets.

const BLOCK_BYTES = 512;
const COMMAND_BYTES = 6;
const CRC = [0xff, 0xff];
const DATA = 0xfe;
const IDLE = 1;
const ILLEGAL = 4;

// An SD card of high capacity in SPI mode (SD Specifications, Part 1, 7).
export class SdCard {
  constructor({ cs, blocks }) {
    this.cs = cs;
    this.blocks = blocks;
    this.image = new Uint8Array(blocks * BLOCK_BYTES);
    this.reset();
  }

  reset() {
    Object.assign(this, { status: IDLE, tries: 0, command: [], answer: [], target: null });
  }

  /** One byte each way. */
  exchange(byte) {
    const out = this.answer.length ? this.answer.shift() : 0xff;
    if (this.target !== null) this.#take(byte);
    else if (this.command.length || (byte & 0xc0) === 0x40) {
      this.command.push(byte);
      if (this.command.length === COMMAND_BYTES) this.#obey(...this.command.splice(0));
    }
    return out;
  }

  /** What is on the card. */
  take() {
    return this.image;
  }

  // A byte of a block that is written: nothing until its token, the data, two bytes of CRC.
  #take(byte) {
    const { target } = this;
    if (target.data.length || byte === DATA) target.data.push(byte);
    if (target.data.length < 1 + BLOCK_BYTES + CRC.length) return;
    this.image.set(target.data.slice(1, 1 + BLOCK_BYTES), target.at);
    this.target = null;
    // accepted, then busy
    this.answer.push(0x05, 0, 0, 0);
  }

  #obey(first, ...rest) {
    const argument = rest[0] * 2 ** 24 + rest[1] * 2 ** 16 + rest[2] * 2 ** 8 + rest[3];
    const at = argument * BLOCK_BYTES;
    const inside = argument < this.blocks;
    const commands = {
      0: () => ((this.status = IDLE), []),
      8: () => [0, 0, 1, rest[3]],
      9: () => [0xff, DATA, ...this.#csd(), ...CRC],
      16: () => [],
      17: () => inside && [0xff, DATA, ...this.image.slice(at, at + BLOCK_BYTES), ...CRC],
      24: () => inside && ((this.target = { at, data: [] }), []),
      41: () => ((this.status = ++this.tries > 2 ? 0 : IDLE), []),
      55: () => [],
      58: () => [0xc0, 0xff, 0x80, 0],
    };
    const found = commands[first & 0x3f]?.();
    this.answer = found ? [0xff, this.status, ...found] : [0xff, this.status | ILLEGAL];
  }

  // Version 2: only the size matters (5.3.3)
  #csd() {
    const size = this.blocks / 1024 - 1;
    const csd = new Array(16).fill(0);
    csd[0] = 0x40;
    csd.splice(7, 3, (size >> 16) & 0x3f, (size >> 8) & 0xff, size & 0xff);
    return csd;
  }
}

// Keeps each byte, with the level of a pin beside it: 256 is added when that is high.
export class SpiRecord {
  constructor({ cs, dc }, wires) {
    Object.assign(this, { cs, dc, wires, kept: [] });
  }

  reset() {}

  exchange(byte) {
    this.kept.push(byte + 256 * this.wires.level(this.dc));
    return 0xff;
  }

  /** What came since the last call. */
  take() {
    return this.kept.splice(0);
  }
}
