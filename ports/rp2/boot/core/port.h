// SPDX-License-Identifier: MIT
//
// What the deciding code needs of the hardware
//
// Offsets are bytes from the start of the flash. The chip's side is rp2040/flash.c, the simulator's is
// tests/boot/simulator.c. None of these functions returns when the power goes away.

#ifndef UPYOS_BOOT_PORT_H
#define UPYOS_BOOT_PORT_H

#include <stddef.h>
#include <stdint.h>

// The units of the flash: what one erase and one program change.
#define BOOT_SECTOR_BYTES (4096)
#define BOOT_PAGE_BYTES (256)

// Read size_bytes from off_bytes on.
void boot_port_read(uint32_t off_bytes, void *to, size_t size_bytes);

// Erase one sector, off_bytes is its start: all of it is 0xff then. A power cut leaves any bits.
void boot_port_erase(uint32_t off_bytes);

// Program one page, off_bytes is its start: bits go from 1 to 0, where page has 1 nothing changes. A power cut
// leaves any of the bits that were to change.
void boot_port_program(uint32_t off_bytes, const uint8_t *page);

#endif
