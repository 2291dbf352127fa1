// SPDX-License-Identifier: MIT
// State of the emulated core, and its way to memory and peripherals. One core per process:
// as a constant object its fields cost the instruction handlers next to nothing.
//
// rp2040js keeps what peripherals see of the core (NVIC state, banked stack pointers); the
// registers are one buffer for both, flags and PC are handed over by toLibrary/fromLibrary.
import { bytes, flashUser, halfwords, isFlash, readBase, words, writeBase } from './memory.mjs';

export const NANOS_PER_CYCLE = 8;
const SIO_REGION = 0xd;
// USB DPRAM: behind the control registers there are only buffers (RP2040 datasheet, 4.1.2.5)
const DPRAM_PAGE = 0x50100;
const DPRAM_DATA_OFF = 0x100;

export const cpu = {
  reg: new Int32Array(16),
  /** Address of the next instruction. */
  pc: 0,
  /** N is nz < 0, Z is nz === 0. */
  nz: 1,
  carry: 0,
  overflow: 0,
  /** Cycles since the slice began, and where it ends. */
  cycles: 0,
  deadline: 0,
  sliceCycles: 0,
  startNanos: 0,
  /** Time that passes without cycles, charged at the end of the slice. */
  delayNanos: 0,
  bus: null,
  core: null,
  clock: null,
  flash: null,
  readByte: read8,
  writeByte: write8,
};

/** Thrown for what would be a HardFault: a fault of the firmware ends the run with its address. */
export class Fault extends Error {}

export function fault(what) {
  const at = ((cpu.pc - 2) >>> 0).toString(16);
  throw new Fault(`${what} at 0x${at}, lr 0x${(cpu.reg[14] >>> 0).toString(16)}`);
}

/** Fault at an address that cannot be read; `how` is what the core does there. */
export function unreadable(address, how) {
  if (flashUser !== null && isFlash(address)) {
    fault(`core ${cpu.bus.sio.readUint32(0)} ${how} 0x${(address >>> 0).toString(16)} during ${flashUser},`);
  }
}

/** Let the core run on another chip (after a reset). */
export function attachCpu(bus) {
  cpu.bus = bus;
  cpu.core = bus.core;
  cpu.clock = bus.clock;
  cpu.reg = new Int32Array(bus.core.registers.buffer);
}

export function toLibrary() {
  const { core } = cpu;
  cpu.reg[15] = cpu.pc;
  core.N = cpu.nz < 0;
  core.Z = cpu.nz === 0;
  core.C = cpu.carry === 1;
  core.V = cpu.overflow === 1;
}

export function fromLibrary() {
  const { core } = cpu;
  cpu.pc = cpu.reg[15] & ~1;
  cpu.nz = core.Z ? 0 : core.N ? -1 : 1;
  cpu.carry = core.C ? 1 : 0;
  cpu.overflow = core.V ? 1 : 0;
}

/** End the slice after the present instruction. */
export function leaveSlice() {
  cpu.deadline = 0;
}

// A peripheral sees the time at which the present instruction began.
function beforeBus(cycles) {
  cpu.clock.nanosCounter = cpu.startNanos + (cycles - 1) * NANOS_PER_CYCLE;
}

// A peripheral may have raised an interrupt or set an earlier alarm.
function afterBus() {
  if (cpu.core.interruptsUpdated) {
    cpu.deadline = 0;
    return;
  }
  const alarm = cpu.clock.nextAlarm;
  if (alarm === null) return;
  const cycles = Math.ceil((alarm.nanos - cpu.startNanos) / NANOS_PER_CYCLE);
  if (cycles < cpu.deadline) cpu.deadline = cycles;
}

function ioCycles(address, isWrite) {
  const region = address >>> 28;
  if (region === SIO_REGION) return 0;
  if (region === 0x4) return isWrite ? 4 : 3;
  return 1;
}

// SIO has no sense of time, and takes no extra cycles.
function readSio(address) {
  const value = cpu.bus.sio.readUint32(address & 0xfffffff);
  if (cpu.core.interruptsUpdated) cpu.deadline = 0;
  return value | 0;
}

function readBus(address, size) {
  if (flashUser !== null) unreadable(address, 'reads');
  if (address & (size - 1)) fault(`unaligned read of 0x${(address >>> 0).toString(16)}`);
  if (size === 4 && address >>> 28 === SIO_REGION) return readSio(address);
  beforeBus(cpu.cycles);
  cpu.cycles += ioCycles(address, false);
  const value = readSized(cpu.bus, address >>> 0, size);
  afterBus();
  return value | 0;
}

function readSized(bus, address, size) {
  if (size === 4) return bus.readUint32(address);
  return size === 2 ? bus.readUint16(address) : bus.readUint8(address);
}

function writeBus(address, size, value) {
  if (address & (size - 1)) fault(`unaligned write to 0x${(address >>> 0).toString(16)}`);
  const startCycles = cpu.cycles;
  cpu.cycles += ioCycles(address, true);
  // ROM and flash take no writes
  if (readBase[address >>> 24] >= 0) return;
  if (size === 1 && address >>> 12 === DPRAM_PAGE && (address & 0xfff) >= DPRAM_DATA_OFF) {
    cpu.bus.usbDPRAM[address & 0xfff] = value;
    return;
  }
  beforeBus(startCycles);
  const at = address >>> 0;
  const { bus } = cpu;
  if (size === 4) bus.writeUint32(at, value >>> 0);
  else if (size === 2) bus.writeUint16(at, value & 0xffff);
  else bus.writeUint8(at, value & 0xff);
  afterBus();
}

export function read32(address) {
  const base = readBase[address >>> 24];
  if (base < 0 || address & 3) return readBus(address, 4);
  cpu.cycles++;
  return words[(base + (address & 0xffffff)) >> 2];
}

export function read16(address) {
  const base = readBase[address >>> 24];
  if (base < 0 || address & 1) return readBus(address, 2);
  cpu.cycles++;
  return halfwords[(base + (address & 0xffffff)) >> 1];
}

export function read8(address) {
  const base = readBase[address >>> 24];
  if (base < 0) return readBus(address, 1);
  cpu.cycles++;
  return bytes[base + (address & 0xffffff)];
}

export function write32(address, value) {
  const base = writeBase[address >>> 24];
  if (base < 0 || address & 3) {
    writeBus(address, 4, value);
    return;
  }
  cpu.cycles++;
  words[(base + (address & 0xffffff)) >> 2] = value;
}

export function write16(address, value) {
  const base = writeBase[address >>> 24];
  if (base < 0 || address & 1) {
    writeBus(address, 2, value);
    return;
  }
  cpu.cycles++;
  halfwords[(base + (address & 0xffffff)) >> 1] = value;
}

export function write8(address, value) {
  const base = writeBase[address >>> 24];
  if (base < 0) {
    writeBus(address, 1, value);
    return;
  }
  cpu.cycles++;
  bytes[base + (address & 0xffffff)] = value;
}
