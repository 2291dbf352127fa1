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
#include "rp2flash.h"
#include "slots.h"
#if UPYOS_PAIR
#include "pair.h"
#endif

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

#if UPYOS_PAIR
// XIP_BASE shows the slot that the boot ROM has chosen; this is the flash as it is.
void pair_port_read(uint32_t off_bytes, void *to, size_t size_bytes) {
    memcpy(to, (const void *)(XIP_NOCACHE_NOALLOC_NOTRANSLATE_BASE + off_bytes), size_bytes);
}
#else
void boot_port_read(uint32_t off_bytes, void *to, size_t size_bytes) {
    memcpy(to, (const void *)(XIP_BASE + off_bytes), size_bytes);
}
#endif

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
