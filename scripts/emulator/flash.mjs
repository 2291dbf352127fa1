// SPDX-License-Identifier: MIT
// The flash chip: counts erases and programs, and can lose power at any of them.
import { flash as window } from './memory.mjs';

export const SECTOR_BYTES = 4096;
export const PAGE_BYTES = 256;
// Typical times of a W25Q16 as charged to the emulated clock, not to the busy cycles
const ERASE_NS = 45e6;
const PROGRAM_NS = 0.7e6;

// How much of the window a chip of this process has had so far
let usedBytes = 0;

/** Thrown when the power goes away; nothing runs until the machine is power-cycled. */
export class PowerCut extends Error {}

export class Flash {
  /** sizeBytes: capacity; what is beyond it reads as zero. */
  constructor(sizeBytes) {
    this.sizeBytes = sizeBytes;
    this.image = window.subarray(0, sizeBytes);
    this.erases = 0;
    this.programs = 0;
    this.opsLeft = Infinity;
    this.torn = false;
    /** What was done last, in words. */
    this.operation = '';
    /** [off, data] of each operation, null for an erase, since takeRecord was called last. */
    this.record = null;
    window.fill(0, sizeBytes, Math.max(usedBytes, sizeBytes));
    usedBytes = sizeBytes;
    this.image.fill(0xff);
  }

  get ops() {
    return this.erases + this.programs;
  }

  /** Cut the power when `ops` more operations are done; torn leaves the last one half done. */
  cutAfter(ops, torn = false) {
    this.opsLeft = ops ?? Infinity;
    this.torn = torn;
  }

  /** The record of operations; the first call begins it. */
  takeRecord() {
    const record = this.record ?? [];
    this.record = [];
    return record;
  }

  /** Erase whole sectors; returns the time it takes in nanoseconds. */
  erase(off, size) {
    this.#check(off, size, SECTOR_BYTES);
    this.operation = 'an erase';
    for (let at = off; at < off + size; at += SECTOR_BYTES) {
      this.record?.push([at, null]);
      this.#operate(SECTOR_BYTES, (done) => this.image.fill(0xff, at, at + done));
      this.erases++;
      this.#settle();
    }
    return (size / SECTOR_BYTES) * ERASE_NS;
  }

  /** Program whole pages: bits only go from 1 to 0. Returns the time in nanoseconds. */
  program(off, data) {
    this.#check(off, data.length, PAGE_BYTES);
    this.operation = 'a program';
    for (let at = 0; at < data.length; at += PAGE_BYTES) {
      this.record?.push([off + at, data.slice(at, at + PAGE_BYTES)]);
      this.#operate(PAGE_BYTES, (done) => {
        for (let i = at; i < at + done; i++) this.image[off + i] &= data[i];
      });
      this.programs++;
      this.#settle();
    }
    return (data.length / PAGE_BYTES) * PROGRAM_NS;
  }

  #check(off, size, unit) {
    if (off % unit || size % unit || off < 0 || off + size > this.sizeBytes) {
      throw new RangeError(`flash operation outside or across: ${off} + ${size}`);
    }
  }

  #operate(size, apply) {
    if (this.opsLeft <= 0) throw new PowerCut('before a flash operation');
    apply(this.opsLeft === 1 && this.torn ? size / 2 : size);
  }

  #settle() {
    this.opsLeft--;
    if (this.opsLeft <= 0) throw new PowerCut('after a flash operation');
  }
}
