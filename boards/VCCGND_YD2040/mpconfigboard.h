// SPDX-License-Identifier: MIT
#define MICROPY_HW_BOARD_NAME "VCC-GND Studio YD-2040"
// The build sets place and size of the file system from board.toml.
#define MICROPY_HW_FLASH_STORAGE_BYTES (2536 * 1024)
