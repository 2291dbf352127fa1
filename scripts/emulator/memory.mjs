// SPDX-License-Identifier: MIT
// One buffer for boot ROM, flash and SRAM, so that an address needs one table look-up.

export const FLASH_ADDR = 0x10000000;
export const SRAM_ADDR = 0x20000000;
export const FLASH_WINDOW_BYTES = 16 * 1024 * 1024;
const ROM_BYTES = 16 * 1024;
const SRAM_BYTES = 264 * 1024;
const ROM_OFF = FLASH_WINDOW_BYTES;
const SRAM_OFF = ROM_OFF + ROM_BYTES;

const buffer = new ArrayBuffer(SRAM_OFF + SRAM_BYTES);
export const bytes = new Uint8Array(buffer);
export const halfwords = new Uint16Array(buffer);
export const words = new Int32Array(buffer);
export const rom = new Uint32Array(buffer, ROM_OFF, ROM_BYTES / 4);
export const flash = new Uint8Array(buffer, 0, FLASH_WINDOW_BYTES);
export const sram = new Uint8Array(buffer, SRAM_OFF, SRAM_BYTES);

/** Offset in the buffer of the 16 MiB region `address >>> 24`, or -1: then the bus answers. */
export const readBase = new Int32Array(256).fill(-1);
/** The same for writes: only SRAM takes them (flash changes through the boot ROM alone). */
export const writeBase = new Int32Array(256).fill(-1);

readBase[0x00] = ROM_OFF;
showFlash(0);
readBase[0x20] = SRAM_OFF;
writeBase[0x20] = SRAM_OFF;

// XIP and its three uncached or non-allocating aliases (RP2040 datasheet, 2.6.3)
function showFlash(base) {
  for (let region = 0x10; region <= 0x13; region++) readBase[region] = base;
}

/** Why the flash cannot be read now, or null. */
export let flashUser = null;

/** Call run(); reason, if given, says why the core that runs cannot read the flash meanwhile. */
export function withoutFlash(reason, run) {
  if (!reason) {
    run();
    return;
  }
  flashUser = reason;
  showFlash(-1);
  try {
    run();
  } finally {
    showFlash(0);
    flashUser = null;
  }
}

/** Tell whether an address is one of the flash. */
export function isFlash(address) {
  return address >>> 26 === FLASH_ADDR >>> 26;
}

/** Let an RP2040 of the library use this memory. */
export function attach(rp2040) {
  rp2040.bootrom = rom;
  rp2040.flash = flash;
  rp2040.flash16 = new Uint16Array(buffer, 0, FLASH_WINDOW_BYTES / 2);
  rp2040.flashView = new DataView(buffer, 0, FLASH_WINDOW_BYTES);
  rp2040.sram = sram;
  rp2040.sramView = new DataView(buffer, SRAM_OFF, SRAM_BYTES);
}

/** Bytes at an address of ROM, flash or SRAM as a view, or null if they are elsewhere. */
export function view(address, size) {
  const base = readBase[address >>> 24];
  const off = address & 0xffffff;
  if (base < 0 || base + off + size > bytes.length) return null;
  return bytes.subarray(base + off, base + off + size);
}
