// SPDX-License-Identifier: MIT
//
// Where slots and journal lie (docs/formats/firmware-swap.md)

#ifndef UPYOS_BOOT_LAYOUT_H
#define UPYOS_BOOT_LAYOUT_H

#include <stdint.h>

// Offsets and sizes in bytes, all on sectors.
typedef struct {
    // The slot that firmware runs from.
    uint32_t primary_off;
    // The slot that an update is written to: one sector more than the primary one.
    uint32_t secondary_off;
    // Size of the primary slot, and so of the largest image.
    uint32_t slot_bytes;
    // Two sectors.
    uint32_t journal_off;
} boot_layout_t;

// So many sectors a slot can have: the marks of their steps, two there and two back, stand in one sector.
#define BOOT_SLOT_SECTORS_MOST (896)

#endif
