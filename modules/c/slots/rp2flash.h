// SPDX-License-Identifier: MIT
//
// MicroPython's block device of the flash, as in ports/rp2/rp2_flash.c.
#ifndef MODULES_C_RP2FLASH_H
#define MODULES_C_RP2FLASH_H

#include "py/obj.h"

typedef struct {
    mp_obj_base_t base;
    uint32_t flash_base;
    uint32_t flash_size;
} rp2_flash_obj_t;
extern const mp_obj_type_t rp2_flash_type;

#endif
