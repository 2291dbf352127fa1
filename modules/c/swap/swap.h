// SPDX-License-Identifier: MIT
//
// What the files of the module _slot share.
#ifndef MODULES_C_SWAP_H
#define MODULES_C_SWAP_H

#include "py/obj.h"
#include "boot.h"

extern const boot_layout_t upyos_slot_layout;

// flash.c: a block device of MicroPython's for a part of the flash, in bytes from its start
mp_obj_t upyos_slot_device(uint32_t off_bytes, uint32_t size_bytes);

#endif
