// SPDX-License-Identifier: MIT
// A boot ROM made at run time: every function is `bkpt #n; bx lr`, and its work is done here.
// Layout and function codes: RP2040 datasheet, 2.8.3.
import { doubleTable, floatTable, TABLE_BYTES } from './float_rom.mjs';
import { bytes, FLASH_ADDR, rom, view, writeBase } from './memory.mjs';

const ROM_VERSION = 3;
const FUNCTION_TABLE_OFF = 0x40;
const DATA_TABLE_OFF = 0xc0;
const CODE_OFF = 0x100;
const CODE_BYTES = 4;
const SINGLE_TABLE_OFF = 0x800;
const DOUBLE_TABLE_OFF = 0x900;
const BKPT = 0xbe00;
const BX_LR = 0x4770;
/** Where core 1 ends up when its program returns: `wfe; b .-2`. */
export const CORE1_REST_ADDR = 0xa00;
const CORE1_REST = 0xe7fdbf20;
const LOOKUP_CYCLES = 30;

/** Thrown when the firmware asks for the USB boot loader: the machine stops there. */
export class BootSelect extends Error {}

function popcount(cpu) {
  let count = 0;
  for (let left = cpu.reg[0] >>> 0; left; left >>>= 1) count += left & 1;
  cpu.reg[0] = count;
  return 20;
}

function reverse(cpu) {
  let result = 0;
  for (let bit = 0; bit < 32; bit++) result |= ((cpu.reg[0] >>> bit) & 1) << (31 - bit);
  cpu.reg[0] = result;
  return 25;
}

function leadingZeros(cpu) {
  cpu.reg[0] = Math.clz32(cpu.reg[0]);
  return 15;
}

function trailingZeros(cpu) {
  const value = cpu.reg[0];
  cpu.reg[0] = value ? 31 - Math.clz32(value & -value) : 32;
  return 15;
}

function writable(address, size) {
  const base = writeBase[address >>> 24];
  const off = address & 0xffffff;
  if (base < 0 || base + off + size > bytes.length) return null;
  return bytes.subarray(base + off, base + off + size);
}

// The ROM moves 16 bytes in about 10 cycles, after a start of about 20.
function copyCycles(size) {
  return 20 + ((size * 10) >> 4);
}

function memset(cpu) {
  const size = cpu.reg[2] >>> 0;
  const target = writable(cpu.reg[0] >>> 0, size);
  if (target) target.fill(cpu.reg[1]);
  else for (let i = 0; i < size; i++) cpu.writeByte(cpu.reg[0] + i, cpu.reg[1] & 0xff);
  return copyCycles(size);
}

function memcpy(cpu) {
  const size = cpu.reg[2] >>> 0;
  const target = writable(cpu.reg[0] >>> 0, size);
  const source = view(cpu.reg[1] >>> 0, size);
  if (target && source) target.set(source);
  else {
    for (let i = 0; i < size; i++) cpu.writeByte(cpu.reg[0] + i, cpu.readByte(cpu.reg[1] + i));
  }
  return copyCycles(size);
}

function nothing() {
  return 20;
}

function bootSelect() {
  throw new BootSelect('the firmware asked for the USB boot loader');
}

function eraseFlash(cpu) {
  cpu.delayNanos += cpu.flash.erase(cpu.reg[0] >>> 0, cpu.reg[1] >>> 0);
  return 200;
}

function programFlash(cpu) {
  const size = cpu.reg[2] >>> 0;
  const source = view(cpu.reg[1] >>> 0, size);
  if (!source) throw new RangeError('flash program from an address that is not memory');
  cpu.delayNanos += cpu.flash.program(cpu.reg[0] >>> 0, source);
  // the bytes are shifted out over QSPI while the core waits
  return 200 + 4 * size;
}

function lookup(cpu) {
  for (let at = cpu.reg[0]; ; at += 4) {
    const entry = view(at >>> 0, 4);
    const code = entry[0] | (entry[1] << 8);
    if (code === 0 || code === (cpu.reg[1] & 0xffff)) {
      cpu.reg[0] = code ? entry[2] | (entry[3] << 8) : 0;
      return LOOKUP_CYCLES;
    }
  }
}

const FUNCTIONS = [
  ['P3', popcount], ['R3', reverse], ['L3', leadingZeros], ['T3', trailingZeros],
  ['MS', memset], ['S4', memset], ['MC', memcpy], ['C4', memcpy],
  ['IF', nothing], ['EX', nothing], ['RE', eraseFlash], ['RP', programFlash],
  ['FC', nothing], ['CX', nothing], ['UB', bootSelect],
];

/** What `bkpt #n` does: n → function(cpu) returning cycles. */
export const calls = [lookup, ...FUNCTIONS.map(([, run]) => run)];
const SINGLE_FIRST = calls.push(...floatTable.map((entry) => entry.run)) - floatTable.length;
const DOUBLE_FIRST = calls.push(...doubleTable.map((entry) => entry.run)) - doubleTable.length;

function thumbAddress(call) {
  return (CODE_OFF + call * CODE_BYTES) | 1;
}

function tableEntry(view16, off, code, address) {
  view16[off / 2] = code.charCodeAt(0) | (code.charCodeAt(1) << 8);
  view16[off / 2 + 1] = address;
}

/** Fill the ROM. Needed once per process: nothing the firmware does can change it. */
export function buildBootrom() {
  const view16 = new Uint16Array(rom.buffer, rom.byteOffset, rom.length * 2);
  rom.fill(0);
  rom[0x10 / 4] = 0x4d | (0x75 << 8) | (1 << 16) | (ROM_VERSION << 24);
  view16[0x14 / 2] = FUNCTION_TABLE_OFF;
  view16[0x16 / 2] = DATA_TABLE_OFF;
  view16[0x18 / 2] = thumbAddress(0);
  calls.forEach((_, call) => {
    view16[(CODE_OFF + call * CODE_BYTES) / 2] = BKPT | call;
    view16[(CODE_OFF + call * CODE_BYTES) / 2 + 1] = BX_LR;
  });
  FUNCTIONS.forEach(([code], i) => {
    tableEntry(view16, FUNCTION_TABLE_OFF + 4 * i, code, thumbAddress(1 + i));
  });
  tableEntry(view16, DATA_TABLE_OFF, 'SF', SINGLE_TABLE_OFF);
  tableEntry(view16, DATA_TABLE_OFF + 4, 'SD', DOUBLE_TABLE_OFF);
  rom[CORE1_REST_ADDR / 4] = CORE1_REST;
  fillFloatTable(view16, SINGLE_TABLE_OFF, floatTable, SINGLE_FIRST);
  fillFloatTable(view16, DOUBLE_TABLE_OFF, doubleTable, DOUBLE_FIRST);
}

function fillFloatTable(view16, tableOff, entries, first) {
  // the SDK reads the number of words of the table from the byte two before it
  view16[tableOff / 2 - 1] = TABLE_BYTES / 4;
  entries.forEach(({ off }, i) => {
    rom[(tableOff + off) / 4] = thumbAddress(first + i);
  });
}

/** Where the ROM jumps to (boot2), and its stack pointer then. */
export const ENTRY_ADDR = FLASH_ADDR;
export const ENTRY_SP = 0x20041f00;
