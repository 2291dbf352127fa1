// SPDX-License-Identifier: MIT
// A machine with its output kept, run until something is seen.
import { readFileSync } from 'node:fs';
import { view } from './memory.mjs';
import { Machine } from './machine.mjs';
import { loadFirmware } from './uf2.mjs';

// Patterns are looked for in the end of the output only, so that long output stays cheap
const TAIL_CHARACTERS = 4096;
const CHECK_NANOS = 20e6;
// How exactly a condition ends a run
const STEP_NANOS = 100e3;
const MS = 1e6;

export class Session {
  /** options: {firmware, flash, flashBytes}: paths or null; flash as in loadFlash. */
  constructor(library, options) {
    this.unread = '';
    this.resets = [];
    this.outputBytes = 0;
    this.lastOutputNanos = 0;
    this.watch = null;
    this.onOutput = null;
    this.machine = new Machine(library, {
      flashBytes: options.flashBytes,
      onOutput: (data) => this.#collect(data),
      onReset: (cause) => this.resets.push({ cause, output_bytes: this.outputBytes }),
    });
    if (options.firmware) {
      loadFirmware(readFileSync(options.firmware), this.machine.flash.image);
    }
    if (options.flash) this.loadFlash(readFileSync(options.flash));
  }

  /** Put content into the flash: all of it, or (a file system) its end. */
  loadFlash(data) {
    const { image } = this.machine.flash;
    if (data.length > image.length) throw new Error('larger than the flash');
    image.set(data, image.length - data.length);
  }

  #collect(data) {
    const text = Buffer.from(data).toString('latin1');
    this.lastOutputNanos = this.machine.nanos;
    this.outputBytes += data.length;
    if (this.onOutput) this.onOutput(text);
    else this.unread += text;
    if (!this.watch || this.watch.test(this.unread.slice(-TAIL_CHARACTERS))) this.machine.leave();
  }

  write(data) {
    this.machine.send(data);
  }

  /**
   * Run until one of: `pattern` is in the output that was not handed over yet (with settle_ms:
   * at the end of output that has been quiet for so long), no output for quiet_ms, the machine
   * stopped, max_ms of emulated time or wall_s of real time went by.
   *
   * Returns {reason, output}: output up to the end of the match, else all there is.
   */
  run({ pattern = null, flags = '', settle_ms = null, quiet_ms = null, max_ms, wall_s = 60 }) {
    const regex = pattern === null ? null : new RegExp(pattern, flags);
    const start = this.machine.nanos;
    const goal = {
      regex, start, settle: settle_ms === null ? null : settle_ms * MS,
      quiet: quiet_ms === null ? Infinity : quiet_ms * MS,
      end: start + max_ms * MS, wallEnd: performance.now() + wall_s * 1000,
    };
    this.watch = regex && settle_ms === null ? regex : null;
    let reason = this.#reached(goal);
    while (reason === null) {
      this.machine.runUntil(this.#nextStop(goal));
      reason = this.#reached(goal);
    }
    this.watch = null;
    return { reason, output: this.#handOver(reason === 'pattern' ? regex : null) };
  }

  /** Run until a condition holds, the machine stopped, or a limit as for `run`; true if it holds. */
  runUntil(condition, { max_ms, wall_s = 60 }) {
    const end = this.machine.nanos + max_ms * MS;
    const wallEnd = performance.now() + wall_s * 1000;
    while (!condition()) {
      const now = this.machine.nanos;
      if (now >= end || this.machine.stopped || performance.now() >= wallEnd) return false;
      this.machine.runUntil(Math.min(now + STEP_NANOS, end));
    }
    return true;
  }

  #nextStop({ start, settle, quiet, end }) {
    const now = this.machine.nanos;
    const stops = [end, now + CHECK_NANOS, Math.max(this.lastOutputNanos, start) + quiet];
    if (settle !== null) stops.push(this.lastOutputNanos + settle);
    return Math.min(...stops.filter((stop) => stop > now));
  }

  #reached({ regex, start, settle, quiet, end, wallEnd }) {
    const now = this.machine.nanos;
    const sinceOutput = now - this.lastOutputNanos;
    if (regex && (settle === null || sinceOutput >= settle) && this.#matches(regex)) {
      return 'pattern';
    }
    if (this.machine.stopped) return 'stopped';
    if (now - Math.max(this.lastOutputNanos, start) >= quiet) return 'quiet';
    if (now >= end) return 'max_ms';
    return performance.now() >= wallEnd ? 'wall_s' : null;
  }

  #matches(regex) {
    return regex.test(this.unread.slice(-TAIL_CHARACTERS)) || regex.test(this.unread);
  }

  #handOver(regex) {
    const match = regex?.exec(this.unread);
    const size = match ? match.index + match[0].length : this.unread.length;
    const output = this.unread.slice(0, size);
    this.unread = this.unread.slice(size);
    return output;
  }

  stats() {
    const { flash, busyCycles, secondCycles, nanos, powerNanos, sleeping, stopped } = this.machine;
    return {
      busy_cycles: busyCycles, core1_cycles: secondCycles, clock_ns: Math.round(nanos - powerNanos), erases: flash.erases,
      programs: flash.programs, flash_ops: flash.ops, sleeping, stopped, resets: this.resets,
    };
  }

  readFlash(off, size) {
    return this.machine.flash.image.subarray(off, off + size);
  }

  /** Memory at an absolute address (ROM, flash, SRAM). */
  peek(address, size) {
    const data = view(address, size);
    if (data === null) throw new Error('that address is not memory');
    return data;
  }
}
