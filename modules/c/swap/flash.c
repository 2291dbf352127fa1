// SPDX-License-Identifier: MIT
//
// The flash, for the deciding code in the running firmware: by MicroPython's own block device, which stops the other core,
// sets the clock of the flash again and lets USB go on.

#include <string.h>

#include "py/runtime.h"
#include "extmod/vfs.h"
#include "hardware/flash.h"
#include "../upyos/upyos.h"
#include "port.h"
#include "swap.h"

// As in ports/rp2/rp2_flash.c of MicroPython 1.26.1.
typedef struct {
    mp_obj_base_t base;
    uint32_t flash_base;
    uint32_t flash_size;
} rp2_flash_obj_t;
extern const mp_obj_type_t rp2_flash_type;

static const rp2_flash_obj_t whole = { { &rp2_flash_type }, 0, PICO_FLASH_SIZE_BYTES };

// Nothing else may run in the middle (blockdev.c); a scheduled function would have little of the C stack left, too.
static void call(qstr method, size_t n_args, const mp_obj_t *given) {
    mp_obj_t args[5];
    mp_load_method(MP_OBJ_FROM_PTR(&whole), method, args);
    memcpy(args + 2, given, n_args * sizeof(*given));
    ++upyos_blockdev_calls;
    mp_call_method_n_kw(n_args, 0, args);
    --upyos_blockdev_calls;
}

void boot_port_read(uint32_t off_bytes, void *to, size_t size_bytes) {
    memcpy(to, (const void *)(XIP_BASE + off_bytes), size_bytes);
}

void upyos_slot_write(uint32_t off_bytes, mp_obj_t sector) {
    mp_obj_t args[] = { MP_OBJ_NEW_SMALL_INT(off_bytes / BOOT_SECTOR_BYTES), sector };
    call(MP_QSTR_writeblocks, 2, args);
}

void boot_port_erase(uint32_t off_bytes) {
    mp_obj_t args[] = {
        MP_OBJ_NEW_SMALL_INT(MP_BLOCKDEV_IOCTL_BLOCK_ERASE), MP_OBJ_NEW_SMALL_INT(off_bytes / BOOT_SECTOR_BYTES),
    };
    call(MP_QSTR_ioctl, 2, args);
}

void boot_port_program(uint32_t off_bytes, const uint8_t *page) {
    mp_obj_t args[] = {
        MP_OBJ_NEW_SMALL_INT(off_bytes / BOOT_SECTOR_BYTES),
        mp_obj_new_bytearray_by_ref(BOOT_PAGE_BYTES, (void *)page),
        MP_OBJ_NEW_SMALL_INT(off_bytes % BOOT_SECTOR_BYTES),
    };
    call(MP_QSTR_writeblocks, 3, args);
}
