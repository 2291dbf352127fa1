// SPDX-License-Identifier: MIT
//
// What both kinds of slots share: those of our boot loader (../swap) and those of an RP2350's boot ROM (../pair).
#ifndef MODULES_C_SLOTS_H
#define MODULES_C_SLOTS_H

#include "py/obj.h"
#include "image.h"

// fields.c: (version, board, bytes, SHA-256, signature) of the image at off_bytes; board and signature may be None
mp_obj_t upyos_slot_fields(uint32_t off_bytes, const boot_image_t *image);

// flash.c: erase and program a sector at off_bytes with an object that has its bytes
void upyos_slot_write(uint32_t off_bytes, mp_obj_t sector);

// feed.c: feed the watchdog of a trial for as long as that may take, or no more
void upyos_feed_begin(void);
void upyos_feed_end(void);

#endif
