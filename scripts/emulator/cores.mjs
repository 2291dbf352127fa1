// SPDX-License-Identifier: MIT
// The two cores of the chip: which one runs, the mailboxes between them, and how core 1 starts.
// rp2040js models one core; the other is a second object of the same class on the same bus.
import { CORE1_REST_ADDR } from './bootrom.mjs';
import { cpu, fault, fromLibrary, leaveSlice, NANOS_PER_CYCLE, toLibrary } from './cpu.mjs';

const MAILBOX_WORDS = 8;
// SIO (RP2040 datasheet, 2.3.1.4 and 2.3.1.7)
const CPUID_OFF = 0x00;
const FIFO_STATUS_OFF = 0x50;
const FIFO_WRITE_OFF = 0x54;
const FIFO_READ_OFF = 0x58;
const STATUS_VALID = 1;
const STATUS_READY = 2;
const STATUS_OVERFLOW = 4;
const STATUS_UNDERFLOW = 8;
const SIO_IRQ = [15, 16];
// PSM (2.13.5)
const FORCE_OFF_OFF = 0x04;
const FORCE_OFF_CORE1 = 1 << 16;
// what SIO has once per core
const BANKED = ['divDividend', 'divDivisor', 'divQuotient', 'divRemainder', 'divCSR', 'interp0', 'interp1'];

class Mailbox {
  constructor() {
    this.words = [];
    this.overflow = false;
    this.underflow = false;
  }

  push(value) {
    if (this.words.length < MAILBOX_WORDS) this.words.push(value >>> 0);
    else this.overflow = true;
  }

  pull() {
    this.underflow ||= this.words.length === 0;
    return this.words.shift() ?? 0;
  }
}

/** What the boot ROM makes core 1 do before its launch (2.8.2): echo 0, 0, 1, VTOR, SP, PC. */
class LaunchSequence {
  constructor() {
    this.got = [];
  }

  /** Take a word from core 0; returns [vtor, sp, pc] when that completes the sequence. */
  next(value) {
    const expected = [0, 0, 1][this.got.length];
    if (expected !== undefined && value !== expected) this.got = [];
    if (expected === undefined || value === expected) this.got.push(value);
    return this.got.length === 6 ? this.got.slice(3) : null;
  }
}

// Of an interrupt that PROC0_NMI_MASK names (RP2040 datasheet, 2.3.2), core 0 being the one that has such.
function raiseNmi(core) {
  core.pendingNMI = true;
  core.interruptsUpdated = true;
  core.waiting = false;
  leaveSlice();
}

export class Cores {
  constructor(chip) {
    this.chip = chip;
    this.first = chip.core;
    this.second = null;
    this.current = 0;
    this.banks = [{}, this.#freshBank()];
    this.inbox = [new Mailbox(), new Mailbox()];
    this.launch = new LaunchSequence();
    /** The flash operation for whose end a core waits in the ROM: {core, end, what}, or null. */
    this.writing = null;
    this.#mendSio(chip.sio);
    this.#mendPower(chip.peripherals[0x40010]);
    this.#mendInterrupts(chip);
    this.first.sendEvent = () => this.#event();
  }

  get sleeping() {
    return this.first.waiting && (this.second === null || this.second.waiting);
  }

  /** Numbers of the cores that have something to do at a time. */
  awake(nanos) {
    if (this.writing && nanos >= this.writing.end) this.writing = null;
    const isAwake = (core, index) => !core.waiting && this.writing?.core !== index;
    return isAwake(this.first, 0)
      ? isAwake(this.second, 1) ? [0, 1] : [0]
      : isAwake(this.second, 1) ? [1] : [];
  }

  /** Keep the core on the bus in the flash operation that it began, if it did; returns that. */
  beginWrite(cycles) {
    if (cpu.delayNanos === 0) return false;
    if (this.writing) fault(`${cpu.flash.operation} during ${this.writing.what},`);
    this.writing = {
      core: this.current,
      end: cpu.startNanos + cycles * NANOS_PER_CYCLE + cpu.delayNanos,
      what: `${cpu.flash.operation} of the flash by core ${this.current}`,
    };
    cpu.delayNanos = 0;
    return true;
  }

  /** Put core 0 or 1 on the bus. */
  select(index) {
    if (index === this.current) return;
    toLibrary();
    const { sio } = this.chip;
    for (const name of BANKED) this.banks[this.current][name] = sio[name];
    Object.assign(sio, this.banks[index]);
    this.current = index;
    this.chip.core = index ? this.second : this.first;
    cpu.core = this.chip.core;
    cpu.reg = new Int32Array(cpu.core.registers.buffer);
    fromLibrary();
  }

  #freshBank() {
    const { sio } = this.chip;
    const { interp0, interp1 } = new sio.constructor(this.chip);
    return { divDividend: 0, divDivisor: 1, divQuotient: 0, divRemainder: 0, divCSR: 1, interp0, interp1 };
  }

  #mendSio(sio) {
    const { readUint32, writeUint32 } = sio;
    sio.readUint32 = (offset) => {
      if (offset === CPUID_OFF) return this.current;
      if (offset === FIFO_STATUS_OFF) return this.#mailboxStatus();
      if (offset !== FIFO_READ_OFF) return readUint32.call(sio, offset);
      const value = this.inbox[this.current].pull();
      this.#mailboxInterrupt(this.current);
      return value;
    };
    sio.writeUint32 = (offset, value) => {
      if (offset === FIFO_WRITE_OFF) this.#post(value >>> 0);
      else if (offset === FIFO_STATUS_OFF) this.#clearStatus();
      else writeUint32.call(sio, offset, value);
    };
  }

  #mailboxStatus() {
    const mine = this.inbox[this.current];
    const other = this.inbox[1 - this.current];
    return (mine.words.length ? STATUS_VALID : 0) | (mine.underflow ? STATUS_UNDERFLOW : 0) |
      (other.words.length < MAILBOX_WORDS ? STATUS_READY : 0) |
      (other.overflow ? STATUS_OVERFLOW : 0);
  }

  #clearStatus() {
    this.inbox[this.current].underflow = false;
    this.inbox[1 - this.current].overflow = false;
    this.#mailboxInterrupt(this.current);
  }

  #mailboxInterrupt(index) {
    const core = index ? this.second : this.first;
    const { words, underflow } = this.inbox[index];
    core?.setInterrupt(SIO_IRQ[index], words.length > 0 || underflow);
  }

  #post(value) {
    if (this.current === 0 && this.second === null) {
      this.#answerLaunch(value);
      return;
    }
    const to = 1 - this.current;
    this.inbox[to].push(value);
    this.#mailboxInterrupt(to);
    leaveSlice();
  }

  #answerLaunch(value) {
    const start = this.launch.next(value);
    this.inbox[0].push(value);
    if (start) this.#launch(...start);
    this.#mailboxInterrupt(0);
  }

  #launch(vtor, sp, pc) {
    const core = new this.first.constructor(this.chip);
    core.checkForInterrupts = this.first.checkForInterrupts;
    core.sendEvent = this.first.sendEvent;
    core.VTOR = vtor;
    core.SP = sp;
    core.LR = CORE1_REST_ADDR | 1;
    core.PC = pc & ~1;
    core.pendingInterrupts = this.first.pendingInterrupts & ~(1 << SIO_IRQ[0]);
    core.ownCycles = 0;
    this.inbox[1] = new Mailbox();
    this.second = core;
    leaveSlice();
  }

  // Core 1 comes out of its reset into the ROM, which empties its mailbox and posts a 0.
  #mendPower(power) {
    const { writeUint32 } = power;
    power.writeUint32 = (offset, value) => {
      const wasOff = power.frceOff & FORCE_OFF_CORE1;
      writeUint32.call(power, offset, value);
      const isOff = power.frceOff & FORCE_OFF_CORE1;
      if (isOff) this.second = null;
      if (!wasOff || isOff) return;
      this.launch = new LaunchSequence();
      this.inbox = [this.inbox[0], new Mailbox()];
      this.banks[1] = this.#freshBank();
      this.inbox[0].push(0);
      this.#mailboxInterrupt(0);
    };
  }

  // Every interrupt reaches both cores' NVICs but the mailbox ones, which have one core each.
  #mendInterrupts(chip) {
    chip.setInterrupt = (irq, value) => {
      const { first, second } = this;
      if (value && first.interruptNMIMask & ~first.pendingInterrupts & (1 << irq)) raiseNmi(first);
      const alone = second !== null && first.waiting !== second.waiting;
      first.setInterrupt(irq, value);
      second?.setInterrupt(irq, value);
      if (alone && !first.waiting && !second.waiting) leaveSlice();
    };
  }

  #event() {
    for (const core of this.second ? [this.first, this.second] : [this.first]) {
      if (core.waiting && core.waitsForEvent) {
        core.waiting = false;
        leaveSlice();
      } else core.eventRegistered = true;
    }
  }
}
