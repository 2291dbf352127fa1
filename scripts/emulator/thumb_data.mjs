// SPDX-License-Identifier: MIT
// ARMv6-M data processing instructions (ARM DDI 0419, A6.7). A handler gets the opcode; its one
// basic cycle is counted by the loop.
import { cpu } from './cpu.mjs';

function add(a, b, carryIn) {
  const sum = (a + b + carryIn) | 0;
  cpu.nz = sum;
  cpu.carry = ((a & b) | ((a | b) & ~sum)) >>> 31;
  cpu.overflow = ((a ^ sum) & (b ^ sum)) >>> 31;
  return sum;
}

function subtract(a, b) {
  return add(a, ~b, 1);
}

export function lslImmediate(op) {
  const shift = (op >> 6) & 31;
  const value = cpu.reg[(op >> 3) & 7];
  if (shift) cpu.carry = (value >>> (32 - shift)) & 1;
  cpu.reg[op & 7] = cpu.nz = value << shift;
}

export function lsrImmediate(op) {
  const shift = (op >> 6) & 31;
  const value = cpu.reg[(op >> 3) & 7];
  cpu.carry = (value >>> ((shift || 32) - 1)) & 1;
  cpu.reg[op & 7] = cpu.nz = shift ? (value >>> shift) | 0 : 0;
}

export function asrImmediate(op) {
  const shift = ((op >> 6) & 31) || 32;
  const value = cpu.reg[(op >> 3) & 7];
  cpu.carry = (value >> (shift - 1)) & 1;
  cpu.reg[op & 7] = cpu.nz = value >> Math.min(shift, 31);
}

function addRegister(op) {
  cpu.reg[op & 7] = add(cpu.reg[(op >> 3) & 7], cpu.reg[(op >> 6) & 7], 0);
}

function subtractRegister(op) {
  cpu.reg[op & 7] = subtract(cpu.reg[(op >> 3) & 7], cpu.reg[(op >> 6) & 7]);
}

function addShort(op) {
  cpu.reg[op & 7] = add(cpu.reg[(op >> 3) & 7], (op >> 6) & 7, 0);
}

function subtractShort(op) {
  cpu.reg[op & 7] = subtract(cpu.reg[(op >> 3) & 7], (op >> 6) & 7);
}

export function addSubtract(op) {
  const a = cpu.reg[(op >> 3) & 7];
  const field = (op >> 6) & 7;
  const b = op & 0x400 ? field : cpu.reg[field];
  cpu.reg[op & 7] = op & 0x200 ? subtract(a, b) : add(a, b, 0);
}

export function moveImmediate(op) {
  cpu.reg[(op >> 8) & 7] = cpu.nz = op & 0xff;
}

export function compareImmediate(op) {
  subtract(cpu.reg[(op >> 8) & 7], op & 0xff);
}

export function addImmediate(op) {
  const at = (op >> 8) & 7;
  cpu.reg[at] = add(cpu.reg[at], op & 0xff, 0);
}

export function subtractImmediate(op) {
  const at = (op >> 8) & 7;
  cpu.reg[at] = subtract(cpu.reg[at], op & 0xff);
}

function and(op) {
  cpu.nz = cpu.reg[op & 7] &= cpu.reg[(op >> 3) & 7];
}

function exclusiveOr(op) {
  cpu.nz = cpu.reg[op & 7] ^= cpu.reg[(op >> 3) & 7];
}

function or(op) {
  cpu.nz = cpu.reg[op & 7] |= cpu.reg[(op >> 3) & 7];
}

function bitClear(op) {
  cpu.nz = cpu.reg[op & 7] &= ~cpu.reg[(op >> 3) & 7];
}

function moveNot(op) {
  cpu.nz = cpu.reg[op & 7] = ~cpu.reg[(op >> 3) & 7];
}

function test(op) {
  cpu.nz = cpu.reg[op & 7] & cpu.reg[(op >> 3) & 7];
}

function multiply(op) {
  cpu.nz = cpu.reg[op & 7] = Math.imul(cpu.reg[op & 7], cpu.reg[(op >> 3) & 7]);
}

function lslRegister(op) {
  const shift = cpu.reg[(op >> 3) & 7] & 0xff;
  const value = cpu.reg[op & 7];
  if (shift) cpu.carry = shift > 32 ? 0 : (value >>> (32 - shift)) & 1;
  cpu.reg[op & 7] = cpu.nz = shift > 31 ? 0 : value << shift;
}

function lsrRegister(op) {
  const shift = cpu.reg[(op >> 3) & 7] & 0xff;
  const value = cpu.reg[op & 7];
  if (shift) cpu.carry = shift > 32 ? 0 : (value >>> (shift - 1)) & 1;
  cpu.reg[op & 7] = cpu.nz = shift > 31 ? 0 : (value >>> shift) | 0;
}

function asrRegister(op) {
  const shift = Math.min(cpu.reg[(op >> 3) & 7] & 0xff, 32);
  const value = cpu.reg[op & 7];
  if (shift) cpu.carry = (value >> (shift - 1)) & 1;
  cpu.reg[op & 7] = cpu.nz = value >> Math.min(shift, 31);
}

function rotateRegister(op) {
  const amount = cpu.reg[(op >> 3) & 7] & 0xff;
  const shift = amount & 31;
  const value = cpu.reg[op & 7];
  const result = shift ? (value >>> shift) | (value << (32 - shift)) : value;
  if (amount) cpu.carry = result >>> 31;
  cpu.reg[op & 7] = cpu.nz = result;
}

function addCarry(op) {
  cpu.reg[op & 7] = add(cpu.reg[op & 7], cpu.reg[(op >> 3) & 7], cpu.carry);
}

function subtractCarry(op) {
  cpu.reg[op & 7] = add(cpu.reg[op & 7], ~cpu.reg[(op >> 3) & 7], cpu.carry);
}

function negate(op) {
  cpu.reg[op & 7] = subtract(0, cpu.reg[(op >> 3) & 7]);
}

function compareRegister(op) {
  subtract(cpu.reg[op & 7], cpu.reg[(op >> 3) & 7]);
}

function compareNegative(op) {
  add(cpu.reg[op & 7], cpu.reg[(op >> 3) & 7], 0);
}

function highValue(at) {
  return at === 15 ? cpu.pc + 2 : cpu.reg[at];
}

function putHigh(at, value) {
  if (at === 15) {
    cpu.pc = value & ~1;
    cpu.cycles++;
  } else cpu.reg[at] = at === 13 ? value & ~3 : value;
}

function addHigh(op) {
  const at = ((op >> 4) & 8) | (op & 7);
  putHigh(at, highValue(at) + highValue((op >> 3) & 15));
}

function compareHigh(op) {
  subtract(highValue(((op >> 4) & 8) | (op & 7)), highValue((op >> 3) & 15));
}

function moveHigh(op) {
  putHigh(((op >> 4) & 8) | (op & 7), highValue((op >> 3) & 15));
}

function addressOfPc(op) {
  cpu.reg[(op >> 8) & 7] = ((cpu.pc + 2) & ~3) + ((op & 0xff) << 2);
}

function addressOfSp(op) {
  cpu.reg[(op >> 8) & 7] = cpu.reg[13] + ((op & 0xff) << 2);
}

function addSp(op) {
  cpu.reg[13] += (op & 0x7f) << 2;
}

function subtractSp(op) {
  cpu.reg[13] -= (op & 0x7f) << 2;
}

function signHalf(op) {
  cpu.reg[op & 7] = (cpu.reg[(op >> 3) & 7] << 16) >> 16;
}

function signByte(op) {
  cpu.reg[op & 7] = (cpu.reg[(op >> 3) & 7] << 24) >> 24;
}

function zeroHalf(op) {
  cpu.reg[op & 7] = cpu.reg[(op >> 3) & 7] & 0xffff;
}

function zeroByte(op) {
  cpu.reg[op & 7] = cpu.reg[(op >> 3) & 7] & 0xff;
}

function swapHalves(value) {
  return ((value & 0xff00ff) << 8) | ((value >>> 8) & 0xff00ff);
}

function reverseWord(op) {
  const value = swapHalves(cpu.reg[(op >> 3) & 7]);
  cpu.reg[op & 7] = (value << 16) | (value >>> 16);
}

function reverseHalves(op) {
  cpu.reg[op & 7] = swapHalves(cpu.reg[(op >> 3) & 7]);
}

function reverseSigned(op) {
  cpu.reg[op & 7] = (swapHalves(cpu.reg[(op >> 3) & 7]) << 16) >> 16;
}

/** Opcode prefix in binary → handler. */
export const dataInstructions = {
  '00000': lslImmediate, '00001': lsrImmediate, '00010': asrImmediate,
  '0001100': addRegister, '0001101': subtractRegister,
  '0001110': addShort, '0001111': subtractShort,
  '00100': moveImmediate, '00101': compareImmediate,
  '00110': addImmediate, '00111': subtractImmediate,
  '0100000000': and, '0100000001': exclusiveOr, '0100000010': lslRegister,
  '0100000011': lsrRegister, '0100000100': asrRegister, '0100000101': addCarry,
  '0100000110': subtractCarry, '0100000111': rotateRegister, '0100001000': test,
  '0100001001': negate, '0100001010': compareRegister, '0100001011': compareNegative,
  '0100001100': or, '0100001101': multiply, '0100001110': bitClear, '0100001111': moveNot,
  '01000100': addHigh, '01000101': compareHigh, '01000110': moveHigh,
  '10100': addressOfPc, '10101': addressOfSp,
  '101100000': addSp, '101100001': subtractSp,
  '1011001000': signHalf, '1011001001': signByte, '1011001010': zeroHalf,
  '1011001011': zeroByte,
  '1011101000': reverseWord, '1011101001': reverseHalves, '1011101011': reverseSigned,
};
