// SPDX-License-Identifier: MIT
//
// What the files of the module _slot share.
#ifndef MODULES_C_SWAP_H
#define MODULES_C_SWAP_H

#include "py/obj.h"
#include "boot.h"

extern const boot_layout_t upyos_slot_layout;

// flash.c: erase and program a sector at off_bytes with an object that has its bytes
void upyos_slot_write(uint32_t off_bytes, mp_obj_t sector);

#endif
