// SPDX-License-Identifier: MIT
// The instruction loop. It takes the place of rp2040js's executeInstruction, which tests an
// opcode against up to 70 patterns in turn; counts of cycles are the same.
import { cpu, fault, unreadable } from './cpu.mjs';
import { halfwords, readBase } from './memory.mjs';
import * as control from './thumb_control.mjs';
import * as data from './thumb_data.mjs';
import * as memory from './thumb_memory.mjs';

const handlers = new Array(0x10000).fill(control.undefinedInstruction);

function register(instructions) {
  for (const [prefix, handler] of Object.entries(instructions)) {
    const free = 16 - prefix.length;
    const first = parseInt(prefix, 2) << free;
    handlers.fill(handler, first, first + (1 << free));
  }
}

register(data.dataInstructions);
register(memory.memoryInstructions);
register(control.controlInstructions);

/**
 * Execute one instruction. Handlers named here can be inlined; a call through the table costs
 * more than most instructions do, so it is left to the rarer formats.
 */
function execute(op) {
  switch (op >> 11) {
    case 0: data.lslImmediate(op); break;
    case 1: data.lsrImmediate(op); break;
    case 2: data.asrImmediate(op); break;
    case 3: data.addSubtract(op); break;
    case 4: data.moveImmediate(op); break;
    case 5: data.compareImmediate(op); break;
    case 6: data.addImmediate(op); break;
    case 7: data.subtractImmediate(op); break;
    case 9: memory.loadLiteral(op); break;
    case 12: memory.storeWord(op); break;
    case 13: memory.loadWord(op); break;
    case 14: memory.storeByte(op); break;
    case 15: memory.loadByte(op); break;
    case 16: memory.storeHalf(op); break;
    case 17: memory.loadHalf(op); break;
    case 18: memory.storeSp(op); break;
    case 19: memory.loadSp(op); break;
    case 28: control.branch(op); break;
    case 30: control.wide(op); break;
    default: handlers[op](op);
  }
}

function noMemory(address) {
  unreadable(address, 'executes');
  fault('execution outside memory');
}

/** Execute instructions until cpu.cycles reaches cpu.deadline. */
export function executeSlice() {
  while (cpu.cycles < cpu.deadline) {
    const { pc } = cpu;
    const base = readBase[pc >>> 24];
    if (base < 0) noMemory(pc);
    const op = halfwords[(base + (pc & 0xffffff)) >> 1];
    cpu.pc = pc + 2;
    cpu.cycles++;
    execute(op);
  }
}
