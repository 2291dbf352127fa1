// SPDX-License-Identifier: MIT
// The RP2040 machine: chip, flash, console, clock and resets.
import { BootSelect, buildBootrom, ENTRY_ADDR, ENTRY_SP } from './bootrom.mjs';
import { createChip } from './chip.mjs';
import { Cores } from './cores.mjs';
import { cpu, Fault, fromLibrary, leaveSlice, NANOS_PER_CYCLE, toLibrary } from './cpu.mjs';
import { Flash, PowerCut } from './flash.mjs';
import { sram, withoutFlash } from './memory.mjs';
import { Host } from './net/host.mjs';
import { Wires } from './pads.mjs';
import { executeSlice } from './thumb.mjs';
import { UsbConsole } from './usb_console.mjs';

// Slices are short enough for their cycle count to stay a small integer
const MAX_SLICE_CYCLES = 1_000_000;
// With both cores awake they take turns of so many cycles
const TURN_CYCLES = 250;

function noScratch() {
  return { words: new Uint32Array(8), reason: 0 };
}

export class Machine {
  /** library: rp2040js; flashBytes: size of the chip; onOutput(Uint8Array), onReset(cause). */
  constructor(library, { flashBytes, onOutput, onReset }) {
    this.library = library;
    this.onOutput = onOutput;
    this.onReset = onReset;
    this.flash = new Flash(flashBytes);
    cpu.flash = this.flash;
    /** Cycles executed by core 0 and by core 1 since power-on. */
    this.busyCycles = 0;
    this.secondCycles = 0;
    /** Emulated time of the chips before the present one, and when the power came on. */
    this.pastNanos = 0;
    this.powerNanos = 0;
    this.stopped = null;
    this.resetPending = null;
    /** What is at the other end of the cable, for firmware with a network. */
    this.host = new Host();
    this.wires = new Wires(() => this.nanos - this.powerNanos);
    buildBootrom();
    sram.fill(0);
    this.#start(noScratch());
  }

  /** Emulated nanoseconds since the machine was made, across resets. */
  get nanos() {
    return this.pastNanos + this.chip.clock.nanos;
  }

  get sleeping() {
    return this.cores.sleeping;
  }

  /** Reset as the watchdog does: RAM and scratch registers stay. */
  reset(cause = 'watchdog') {
    const watchdog = this.chip.peripherals[0x40058];
    this.#restart({ words: watchdog.scratchData.slice(), reason: watchdog.reason }, cause);
  }

  /** Power off and on: RAM and scratch registers are cleared, a power cut is over. */
  powerCycle() {
    this.flash.cutAfter(null);
    sram.fill(0);
    this.#restart(noScratch(), 'power');
    this.busyCycles = this.secondCycles = 0;
    this.powerNanos = this.nanos;
  }

  send(data) {
    this.usbConsole.send(data);
  }

  /** Run until `nanos` (as the nanos property) or until leave() says so; false if stopped. */
  runUntil(nanos) {
    this.leaving = false;
    try {
      while (!this.leaving && this.stopped === null && this.nanos < nanos) this.#slice(nanos);
    } catch (error) {
      this.#stop(error);
    }
    return this.stopped === null;
  }

  /** End runUntil after the present instruction. */
  leave() {
    this.leaving = true;
    leaveSlice();
  }

  #start(scratch) {
    this.chip = createChip(this.library, scratch, () => {
      this.resetPending = 'watchdog';
      leaveSlice();
    });
    this.wires.attach(this.chip);
    cpu.flash = this.flash;
    cpu.cycles = cpu.deadline = cpu.delayNanos = 0;
    this.host.detach();
    this.host.clock = this.chip.clock;
    this.usbConsole = new UsbConsole(this.library, this.chip.usbCtrl, this.onOutput, this.host);
    this.cores = new Cores(this.chip);
    this.chip.core.PC = ENTRY_ADDR;
    this.chip.core.SP = ENTRY_SP;
    fromLibrary();
    this.stopped = null;
    this.resetPending = null;
  }

  #restart(scratch, cause) {
    this.pastNanos = this.nanos;
    this.#start(scratch);
    this.onReset(cause);
  }

  #stop(error) {
    if (error instanceof PowerCut) this.stopped = 'power_cut';
    else if (error instanceof BootSelect) this.stopped = 'bootsel';
    else if (error instanceof Fault || error instanceof RangeError) {
      this.stopped = `fault: ${error.message}`;
    } else throw error;
    this.#account();
  }

  #slice(limitNanos) {
    const { chip, cores } = this;
    const end = Math.min(chip.clock.nextAlarm?.nanos ?? Infinity, limitNanos - this.pastNanos);
    if (cores.second) this.#sliceOfTwo(end);
    else if (cores.first.waiting) this.#tick(end);
    else {
      this.#execute(this.#cyclesUntil(end, MAX_SLICE_CYCLES));
      this.#account();
    }
    if (this.resetPending) this.reset(this.resetPending);
  }

  #cyclesUntil(nanos, most) {
    cpu.startNanos = this.chip.clock.nanos;
    return Math.min(Math.ceil((nanos - cpu.startNanos) / NANOS_PER_CYCLE), most);
  }

  // A core whose other one sleeps, or is in a flash operation, runs until it wakes it.
  #sliceOfTwo(endNanos) {
    const { cores } = this;
    const awake = cores.awake(this.chip.clock.nanos);
    const end = Math.min(endNanos, cores.writing?.end ?? Infinity);
    if (awake.length === 0) this.#tick(end);
    else if (awake.length === 2) this.#takeTurns(this.#cyclesUntil(end, TURN_CYCLES));
    else {
      cores.select(awake[0]);
      this.chip.core.turnCycles = 0;
      const cycles = this.#cyclesUntil(end, MAX_SLICE_CYCLES);
      withoutFlash(cores.writing?.what, () => this.#execute(cycles));
      cores.beginWrite(cpu.cycles);
      this.#account();
    }
  }

  // Both cores run for the same time: what one took too much it lacks in the next turn.
  #takeTurns(cycles) {
    for (let index = 0; index < 2 && this.cores.second; index++) {
      this.cores.select(index);
      const { core } = this.chip;
      core.turnCycles = Math.min((core.turnCycles ?? 0) + cycles, cycles);
      while (core.turnCycles > 0 && !core.waiting && !this.resetPending) {
        this.#execute(core.turnCycles);
        core.turnCycles -= cpu.cycles;
        this.#count();
        if (this.cores.beginWrite(cycles)) core.turnCycles = 0;
      }
    }
    this.#advance(cycles);
  }

  // Run the core that is on the bus; cpu.cycles is what it took. The first instruction after a
  // change of interrupts is executed alone: then it is looked again which one is to be taken.
  #execute(cycles) {
    const { core } = this.chip;
    cpu.cycles = 0;
    if (core.interruptsUpdated) this.#interrupt(core);
    if (core.waiting) return;
    cpu.deadline = core.interruptsUpdated ? 1 : cycles;
    executeSlice();
  }

  #count() {
    if (this.cores.current) this.secondCycles += cpu.cycles;
    else this.busyCycles += cpu.cycles;
  }

  #account() {
    this.#count();
    this.#advance(cpu.cycles);
  }

  // An alarm's interrupt may wake a core and enter the handler: the library works on its own
  // copy of PC and flags, hence toLibrary before and fromLibrary after.
  #advance(cycles) {
    const now = cpu.startNanos + cycles * NANOS_PER_CYCLE + cpu.delayNanos;
    cpu.cycles = 0;
    cpu.delayNanos = 0;
    cpu.startNanos = now;
    this.#tick(now);
  }

  #tick(nanos) {
    const { clock } = this.chip;
    toLibrary();
    clock.tick(Math.max(nanos - clock.nanosCounter, 0));
    fromLibrary();
  }

  #interrupt(core) {
    toLibrary();
    if (core.checkForInterrupts()) core.waiting = false;
    fromLibrary();
  }
}
