// SPDX-License-Identifier: MIT
//
// Where the boot ROM's flag of a trial is in an image

#ifndef UPYOS_BLOCKS_H
#define UPYOS_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

// Of the byte with the flag.
#define BLOCKS_TRIAL (0x80)

// Follow the loop of blocks of an image at off_bytes, which begin within limit_bytes, and find the flag of the last IMAGE_DEF, which is
// the one that holds. Returns false if the loop is not whole, or has none.
bool blocks_flag(uint32_t off_bytes, uint32_t limit_bytes, uint32_t *flag_off);

#endif
