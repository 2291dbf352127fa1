// SPDX-License-Identifier: MIT
// ARMv6-M branches, system instructions and boot ROM calls (ARM DDI 0419, A6.7).
import { calls } from './bootrom.mjs';
import { cpu, fault, fromLibrary, leaveSlice, toLibrary } from './cpu.mjs';
import { halfwords, readBase } from './memory.mjs';

const HANDLER_MODE = 1;
const PRIMASK = 16;

/** Branch to an address; in handler mode 0xFxxxxxxx returns from the exception. */
export function branchExchange(address) {
  if (cpu.core.currentMode === HANDLER_MODE && address >>> 28 === 0xf) {
    toLibrary();
    cpu.core.exceptionReturn(address & 0x0fffffff);
    fromLibrary();
    leaveSlice();
  } else cpu.pc = address & ~1;
}

function jump(op) {
  cpu.pc += ((op << 24) >> 23) + 2;
  cpu.cycles++;
}

const conditions = [
  (op) => { if (cpu.nz === 0) jump(op); },
  (op) => { if (cpu.nz !== 0) jump(op); },
  (op) => { if (cpu.carry) jump(op); },
  (op) => { if (!cpu.carry) jump(op); },
  (op) => { if (cpu.nz < 0) jump(op); },
  (op) => { if (cpu.nz >= 0) jump(op); },
  (op) => { if (cpu.overflow) jump(op); },
  (op) => { if (!cpu.overflow) jump(op); },
  (op) => { if (cpu.carry && cpu.nz !== 0) jump(op); },
  (op) => { if (!cpu.carry || cpu.nz === 0) jump(op); },
  (op) => { if (cpu.nz >>> 31 === cpu.overflow) jump(op); },
  (op) => { if (cpu.nz >>> 31 !== cpu.overflow) jump(op); },
  (op) => { if (cpu.nz !== 0 && cpu.nz >>> 31 === cpu.overflow) jump(op); },
  (op) => { if (cpu.nz === 0 || cpu.nz >>> 31 !== cpu.overflow) jump(op); },
];

export function branch(op) {
  cpu.pc += ((op << 21) >> 20) + 2;
  cpu.cycles++;
}

function branchRegister(op) {
  cpu.cycles++;
  branchExchange(cpu.reg[(op >> 3) & 15]);
}

function branchLinkRegister(op) {
  const target = cpu.reg[(op >> 3) & 15];
  cpu.reg[14] = cpu.pc | 1;
  cpu.pc = target & ~1;
  cpu.cycles++;
}

function secondHalf() {
  const op2 = halfwords[(readBase[cpu.pc >>> 24] + (cpu.pc & 0xffffff)) >> 1];
  cpu.pc += 2;
  return op2;
}

function branchLink(op, op2) {
  const sign = (op << 21) >> 31;
  const bit23 = ~((op2 >> 13) ^ sign) & 1;
  const bit22 = ~((op2 >> 11) ^ sign) & 1;
  cpu.reg[14] = cpu.pc | 1;
  cpu.pc +=
    (sign << 24) | (bit23 << 23) | (bit22 << 22) | ((op & 0x3ff) << 12) | ((op2 & 0x7ff) << 1);
  cpu.cycles += 2;
}

function readSpecial(op2) {
  const { core } = cpu;
  const target = (op2 >> 8) & 15;
  if ((op2 & 0xff) === PRIMASK) cpu.reg[target] = core.PM ? 1 : 0;
  else {
    toLibrary();
    cpu.reg[target] = core.readSpecialRegister(op2 & 0xff);
  }
}

function writeSpecial(op, op2) {
  const value = cpu.reg[op & 15];
  if ((op2 & 0xff) === PRIMASK) {
    setMask(value & 1);
    return;
  }
  toLibrary();
  cpu.core.writeSpecialRegister(op2 & 0xff, value >>> 0);
  fromLibrary();
  leaveSlice();
}

// Firmware sets and clears PRIMASK all the time: the slice ends only if something is pending.
function setMask(mask) {
  const { core } = cpu;
  core.PM = mask === 1;
  if (core.PM) return;
  const pending = core.pendingInterrupts & core.enabledInterrupts;
  if (!pending && !core.pendingPendSV && !core.pendingSystick && !core.pendingSVCall) return;
  core.interruptsUpdated = true;
  leaveSlice();
}

// BL, MSR, MRS and the barriers are the only 32-bit instructions
export function wide(op) {
  const op2 = secondHalf();
  if (op2 >> 14 === 3 && op2 & 0x1000) branchLink(op, op2);
  else {
    cpu.cycles += 2;
    if (op === 0xf3ef) readSpecial(op2);
    else if (op >> 4 === 0xf38) writeSpecial(op, op2);
    else if (op !== 0xf3bf) undefinedInstruction(op);
  }
}

/** Handler of every opcode that ARMv6-M does not define. */
export function undefinedInstruction(op) {
  fault(`undefined instruction 0x${op.toString(16)}`);
}

function supervisorCall() {
  cpu.core.pendingSVCall = true;
  cpu.core.interruptsUpdated = true;
  leaveSlice();
}

function interruptsOff() {
  setMask(1);
}

function interruptsOn() {
  setMask(0);
}

function breakpoint(op) {
  if (cpu.pc >>> 24 !== 0) fault(`breakpoint ${op & 0xff}`);
  cpu.cycles += calls[op & 0xff](cpu);
  if (cpu.delayNanos) leaveSlice();
}

function sleep(forEvent) {
  cpu.cycles++;
  cpu.core.waiting = true;
  cpu.core.waitsForEvent = forEvent;
  leaveSlice();
}

function waitForEvent() {
  if (cpu.core.eventRegistered) {
    cpu.cycles++;
    cpu.core.eventRegistered = false;
  } else sleep(true);
}

function waitForInterrupt() {
  sleep(false);
}

function sendEvent() {
  cpu.core.sendEvent();
}

function nothing() {}

/** Opcode prefix in binary → handler. */
export const controlInstructions = {
  '010001110': branchRegister, '010001111': branchLinkRegister,
  '11100': branch, '11011111': supervisorCall, '10111110': breakpoint, '11110': wide,
  '1011011001110010': interruptsOff, '1011011001100010': interruptsOn,
  '1011111100000000': nothing, '1011111100010000': nothing,
  '1011111100100000': waitForEvent, '1011111100110000': waitForInterrupt,
  '1011111101000000': sendEvent,
};
conditions.forEach((handler, condition) => {
  controlInstructions['1101' + condition.toString(2).padStart(4, '0')] = handler;
});
