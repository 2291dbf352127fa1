// SPDX-License-Identifier: MIT
// The boot ROM's float (SF) and double (SD) tables: RP2040 datasheet, 2.8.3.2; the order of the
// entries is that of pico-sdk pico_bootrom/sf_table.h. Denormals count as zero, as in the ROM.
// Cycles are rounded averages of the datasheet's table; for doubles the double of them.

const scratch = new DataView(new ArrayBuffer(8));

function flushFloat(value) {
  return Math.abs(value) < 2 ** -126 ? (Object.is(value, -0) || value < 0 ? -0 : 0) : value;
}

const single = {
  words: 1,
  get(reg, at) {
    scratch.setInt32(0, reg[at]);
    return flushFloat(scratch.getFloat32(0));
  },
  put(reg, at, value) {
    scratch.setFloat32(0, flushFloat(Math.fround(value)));
    reg[at] = scratch.getInt32(0);
  },
};

const double = {
  words: 2,
  get(reg, at) {
    scratch.setInt32(0, reg[at + 1]);
    scratch.setInt32(4, reg[at]);
    return scratch.getFloat64(0);
  },
  put(reg, at, value) {
    scratch.setFloat64(0, value);
    reg[at + 1] = scratch.getInt32(0);
    reg[at] = scratch.getInt32(4);
  },
};

function clamp(value, low, high) {
  if (Number.isNaN(value)) return high;
  return Math.min(Math.max(Math.floor(value), low), high);
}

function put64(reg, value) {
  const big = BigInt.asUintN(64, value);
  reg[0] = Number(big & 0xffffffffn);
  reg[1] = Number(big >> 32n);
}

function floor64(value, low, high) {
  if (Number.isNaN(value) || value >= Number(high)) return high;
  return value <= Number(low) ? low : BigInt(Math.floor(value));
}

function get64(reg, signed) {
  const big = (BigInt(reg[1] >>> 0) << 32n) | BigInt(reg[0] >>> 0);
  return signed ? BigInt.asIntN(64, big) : big;
}

/** A 64-bit integer as a double that rounds to the same float as the integer itself. */
function stickyNumber(big) {
  const size = big < 0n ? -big : big;
  if (size < 1n << 53n) return Number(big);
  const kept = (size & ~0xfffn) | (size & 0xfffn ? 0x1000n : 0n);
  return big < 0n ? -Number(kept) : Number(kept);
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Flags as after an integer comparison of the two values. */
function compareFlags(cpu, order) {
  cpu.nz = order;
  cpu.carry = order >= 0 ? 1 : 0;
  cpu.overflow = 0;
}

const MAX_INT64 = (1n << 63n) - 1n;
const MIN_INT64 = -(1n << 63n);
const MAX_UINT64 = (1n << 64n) - 1n;

function arithmetic(f) {
  const two = (work) => (reg) => f.put(reg, 0, work(f.get(reg, 0), f.get(reg, f.words)));
  const one = (work) => (reg) => f.put(reg, 0, work(f.get(reg, 0)));
  return {
    0x00: [71, two((a, b) => a + b)],
    0x04: [74, two((a, b) => a - b)],
    0x08: [69, two((a, b) => a * b)],
    0x0c: [71, two((a, b) => a / b)],
    0x18: [63, one(Math.sqrt)],
    0x44: [669, one(Math.tan)],
    0x4c: [542, one(Math.exp)],
    0x50: [810, one(Math.log)],
    0x58: [599, two(Math.atan2)],
  };
}

function comparisons(f) {
  const order = (reg) => compare(f.get(reg, 0), f.get(reg, f.words));
  return {
    0x10: [25, (reg) => void (reg[0] = order(reg))],
    0x14: [35, (reg, cpu) => compareFlags(cpu, order(reg))],
    0x54: [25, (reg) => void (reg[0] = order(reg))],
  };
}

function toIntegers(f) {
  const to32 = (low, high, fixed) => (reg) => {
    const scale = fixed ? 2 ** reg[f.words] : 1;
    reg[0] = clamp(f.get(reg, 0) * scale, low, high);
  };
  const to64 = (low, high, fixed) => (reg) => {
    const scale = fixed ? 2 ** reg[f.words] : 1;
    put64(reg, floor64(f.get(reg, 0) * scale, low, high));
  };
  return {
    0x1c: [37, to32(-(2 ** 31), 2 ** 31 - 1, false)],
    0x20: [39, to32(-(2 ** 31), 2 ** 31 - 1, true)],
    0x24: [36, to32(0, 2 ** 32 - 1, false)],
    0x28: [38, to32(0, 2 ** 32 - 1, true)],
    0x6c: [52, to64(MIN_INT64, MAX_INT64, false)],
    0x70: [54, to64(MIN_INT64, MAX_INT64, true)],
    0x74: [50, to64(0n, MAX_UINT64, false)],
    0x78: [52, to64(0n, MAX_UINT64, true)],
  };
}

function fromIntegers(f) {
  const from32 = (signed, fixed) => (reg) => {
    const scale = fixed ? 2 ** -reg[1] : 1;
    f.put(reg, 0, (signed ? reg[0] : reg[0] >>> 0) * scale);
  };
  const from64 = (signed, fixed) => (reg) => {
    const scale = fixed ? 2 ** -reg[2] : 1;
    const big = get64(reg, signed);
    f.put(reg, 0, (f === single ? stickyNumber(big) : Number(big)) * scale);
  };
  return {
    0x2c: [55, from32(true, false)],
    0x30: [53, from32(true, true)],
    0x34: [52, from32(false, false)],
    0x38: [51, from32(false, true)],
    0x5c: [62, from64(true, false)],
    0x60: [60, from64(true, true)],
    0x64: [58, from64(false, false)],
    0x68: [57, from64(false, true)],
  };
}

function trigonometry(f) {
  const both = (first, second) => (reg) => {
    const angle = f.get(reg, 0);
    f.put(reg, 0, first(angle));
    f.put(reg, f.words, second(angle));
  };
  // sincosf of the SDK relies on the second result of fsin
  return {
    0x3c: [567, both(Math.cos, Math.sin)],
    0x40: [587, both(Math.sin, Math.cos)],
    0x48: [587, both(Math.sin, Math.cos)],
  };
}

const conversion = {
  single: { 0x7c: [16, (reg) => double.put(reg, 0, single.get(reg, 0))] },
  double: { 0x7c: [30, (reg) => single.put(reg, 0, double.get(reg, 0))] },
};

function table(f, last, factor) {
  const entries = {
    ...arithmetic(f), ...comparisons(f), ...toIntegers(f), ...fromIntegers(f),
    ...trigonometry(f), ...last,
  };
  return Object.keys(entries).map(Number).sort((a, b) => a - b).map((off) => ({
    off,
    run(cpu) {
      entries[off][1](cpu.reg, cpu);
      return entries[off][0] * factor;
    },
  }));
}

/** Entries {off, run(cpu) -> cycles} of the SF table; cpu has reg, nz, carry, overflow. */
export const floatTable = table(single, conversion.single, 1);
/** Entries of the SD table: the same functions for doubles in register pairs. */
export const doubleTable = table(double, conversion.double, 2);
export const TABLE_BYTES = 0x80;
