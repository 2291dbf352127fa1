// SPDX-License-Identifier: MIT
// ARMv6-M loads and stores (ARM DDI 0419, A6.7).
import { cpu, read16, read32, read8, write16, write32, write8 } from './cpu.mjs';
import { branchExchange } from './thumb_control.mjs';

function indexed(op) {
  return (cpu.reg[(op >> 3) & 7] + cpu.reg[(op >> 6) & 7]) | 0;
}

function offset(op, scale) {
  return (cpu.reg[(op >> 3) & 7] + (((op >> 6) & 31) << scale)) | 0;
}

export function loadLiteral(op) {
  cpu.reg[(op >> 8) & 7] = read32(((cpu.pc + 2) & ~3) + ((op & 0xff) << 2));
}

function storeWordIndexed(op) {
  write32(indexed(op), cpu.reg[op & 7]);
}

function storeHalfIndexed(op) {
  write16(indexed(op), cpu.reg[op & 7]);
}

function storeByteIndexed(op) {
  write8(indexed(op), cpu.reg[op & 7]);
}

function loadSignedByte(op) {
  cpu.reg[op & 7] = (read8(indexed(op)) << 24) >> 24;
}

function loadWordIndexed(op) {
  cpu.reg[op & 7] = read32(indexed(op));
}

function loadHalfIndexed(op) {
  cpu.reg[op & 7] = read16(indexed(op));
}

function loadByteIndexed(op) {
  cpu.reg[op & 7] = read8(indexed(op));
}

function loadSignedHalf(op) {
  cpu.reg[op & 7] = (read16(indexed(op)) << 16) >> 16;
}

export function storeWord(op) {
  write32(offset(op, 2), cpu.reg[op & 7]);
}

export function loadWord(op) {
  cpu.reg[op & 7] = read32(offset(op, 2));
}

export function storeByte(op) {
  write8(offset(op, 0), cpu.reg[op & 7]);
}

export function loadByte(op) {
  cpu.reg[op & 7] = read8(offset(op, 0));
}

export function storeHalf(op) {
  write16(offset(op, 1), cpu.reg[op & 7]);
}

export function loadHalf(op) {
  cpu.reg[op & 7] = read16(offset(op, 1));
}

export function storeSp(op) {
  write32((cpu.reg[13] + ((op & 0xff) << 2)) | 0, cpu.reg[(op >> 8) & 7]);
}

export function loadSp(op) {
  cpu.reg[(op >> 8) & 7] = read32((cpu.reg[13] + ((op & 0xff) << 2)) | 0);
}

// Multiple loads and stores take a cycle per register wherever they go, LR and PC apart: these
// are rp2040js's counts, which the published figures were measured with.

function push(op) {
  const { reg } = cpu;
  let { cycles } = cpu;
  let address = reg[13];
  // from the top down; the order of the stores is not architected
  if (op & 0x100) {
    address -= 4;
    write32(address, reg[14]);
  }
  for (let at = 7; at >= 0; at--) {
    if (op & (1 << at)) {
      address -= 4;
      write32(address, reg[at]);
      cycles++;
    }
  }
  reg[13] = address;
  cpu.cycles = cycles;
}

function pop(op) {
  const { reg } = cpu;
  let address = reg[13];
  for (let at = 0; at < 8; at++) {
    if (op & (1 << at)) {
      reg[at] = read32(address);
      address += 4;
    }
  }
  if (op & 0x100) {
    const target = read32(address);
    reg[13] = address + 4;
    cpu.cycles++;
    branchExchange(target);
  } else reg[13] = address;
}

function storeMultiple(op) {
  const { reg } = cpu;
  const base = (op >> 8) & 7;
  let { cycles } = cpu;
  let address = reg[base];
  for (let at = 0; at < 8; at++) {
    if (op & (1 << at)) {
      write32(address, reg[at]);
      address = (address + 4) | 0;
      cycles++;
    }
  }
  reg[base] = address;
  cpu.cycles = cycles;
}

function loadMultiple(op) {
  const { reg } = cpu;
  const base = (op >> 8) & 7;
  let { cycles } = cpu;
  let address = reg[base];
  for (let at = 0; at < 8; at++) {
    if (op & (1 << at)) {
      reg[at] = read32(address);
      address = (address + 4) | 0;
      cycles++;
    }
  }
  if (!(op & (1 << base))) reg[base] = address;
  cpu.cycles = cycles;
}

/** Opcode prefix in binary → handler. */
export const memoryInstructions = {
  '01001': loadLiteral,
  '0101000': storeWordIndexed, '0101001': storeHalfIndexed, '0101010': storeByteIndexed,
  '0101011': loadSignedByte, '0101100': loadWordIndexed, '0101101': loadHalfIndexed,
  '0101110': loadByteIndexed, '0101111': loadSignedHalf,
  '01100': storeWord, '01101': loadWord, '01110': storeByte, '01111': loadByte,
  '10000': storeHalf, '10001': loadHalf, '10010': storeSp, '10011': loadSp,
  '1011010': push, '1011110': pop, '11000': storeMultiple, '11001': loadMultiple,
};
