// SPDX-License-Identifier: MIT
// The instruction loop. It takes the place of rp2040js's executeInstruction, which tests an
// opcode against up to 70 patterns in turn; counts of cycles are the same.
import { cpu, fault } from './cpu.mjs';
import { halfwords, readBase } from './memory.mjs';
import { controlInstructions, undefinedInstruction } from './thumb_control.mjs';
import { dataInstructions } from './thumb_data.mjs';
import { memoryInstructions } from './thumb_memory.mjs';

const handlers = new Array(0x10000).fill(undefinedInstruction);

function register(instructions) {
  for (const [prefix, handler] of Object.entries(instructions)) {
    const free = 16 - prefix.length;
    const first = parseInt(prefix, 2) << free;
    handlers.fill(handler, first, first + (1 << free));
  }
}

register(dataInstructions);
register(memoryInstructions);
register(controlInstructions);

/** Execute instructions until cpu.cycles reaches cpu.deadline. */
export function executeSlice() {
  while (cpu.cycles < cpu.deadline) {
    const { pc } = cpu;
    const base = readBase[pc >>> 24];
    if (base < 0) fault('execution outside memory');
    const op = halfwords[(base + (pc & 0xffffff)) >> 1];
    cpu.pc = pc + 2;
    cpu.cycles++;
    handlers[op](op);
  }
}
