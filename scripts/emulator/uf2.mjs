// SPDX-License-Identifier: MIT
// Firmware files: UF2 (docs of the format: microsoft/uf2) or a raw image of flash.
import { FLASH_ADDR } from './memory.mjs';

const BLOCK_BYTES = 512;
const MAGIC_START0 = 0x0a324655;
const MAGIC_START1 = 0x9e5d5157;
const MAGIC_END = 0x0ab16f30;
const NOT_MAIN_FLASH = 0x00000001;
const FAMILY_PRESENT = 0x00002000;
const FAMILY_RP2040 = 0xe48bff56;

export function isUf2(data) {
  return data.length >= BLOCK_BYTES && data.readUInt32LE(0) === MAGIC_START0;
}

/** Write firmware into flash (a Uint8Array that starts at offset 0 of the chip). */
export function loadFirmware(data, flash) {
  if (!isUf2(data)) {
    if (data.length > flash.length) throw new Error('image is larger than the flash');
    flash.set(data);
    return;
  }
  if (data.length % BLOCK_BYTES) throw new Error('UF2 file is cut off');
  for (let off = 0; off < data.length; off += BLOCK_BYTES) {
    loadBlock(data.subarray(off, off + BLOCK_BYTES), flash);
  }
}

function loadBlock(block, flash) {
  if (block.readUInt32LE(4) !== MAGIC_START1 || block.readUInt32LE(508) !== MAGIC_END) {
    throw new Error('damaged UF2 block');
  }
  const flags = block.readUInt32LE(8);
  if (flags & NOT_MAIN_FLASH) return;
  if (flags & FAMILY_PRESENT && block.readUInt32LE(28) !== FAMILY_RP2040) {
    throw new Error('UF2 file is for another chip');
  }
  const off = block.readUInt32LE(12) - FLASH_ADDR;
  const size = block.readUInt32LE(16);
  if (off < 0 || size > 476 || off + size > flash.length) {
    throw new Error('UF2 block is outside the flash');
  }
  flash.set(block.subarray(32, 32 + size), off);
}
