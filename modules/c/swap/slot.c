// SPDX-License-Identifier: MIT
//
// _slot: the two firmware slots of this board, for Python (docs/formats/firmware-swap.md). What it writes is said in boot.h.

#include <string.h>

#include "py/builtin.h"
#include "py/runtime.h"
#include "boot.h"
#include "image.h"
#include "port.h"
#include "slots.h"
#include "swap.h"
#include "../upyos/upyos.h"

const boot_layout_t upyos_slot_layout = UPYOS_BOOT_LAYOUT;

// Where images stand: the running one, an update, the one before.
static uint32_t place_of(mp_obj_t which) {
    switch (mp_obj_get_int(which)) {
        case 0:
            return upyos_slot_layout.primary_off;
        case 1:
            return upyos_slot_layout.secondary_off + BOOT_SECTOR_BYTES;
        default:
            return upyos_slot_layout.secondary_off;
    }
}

// room() -> bytes of the largest image
static mp_obj_t slot_room(void) {
    return MP_OBJ_NEW_SMALL_INT(upyos_slot_layout.slot_bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_0(slot_room_obj, slot_room);

// read(at, block): fill block with what stands at a byte of the place where an update goes
static mp_obj_t slot_read(mp_obj_t at_in, mp_obj_t block) {
    mp_uint_t at = mp_obj_get_int(at_in);
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(block, &bufinfo, MP_BUFFER_WRITE);
    if (at > upyos_slot_layout.slot_bytes || bufinfo.len > upyos_slot_layout.slot_bytes - at) {
        mp_raise_ValueError(NULL);
    }
    boot_port_read(place_of(MP_OBJ_NEW_SMALL_INT(1)) + at, bufinfo.buf, bufinfo.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(slot_read_obj, slot_read);

// write(number, data): replace a sector there; what is there already costs the flash nothing. A power cut leaves it half
// erased or half written.
static mp_obj_t slot_write(mp_obj_t number_in, mp_obj_t data) {
    mp_uint_t number = mp_obj_get_int(number_in);
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(data, &bufinfo, MP_BUFFER_READ);
    if (number >= upyos_slot_layout.slot_bytes / BOOT_SECTOR_BYTES || bufinfo.len != BOOT_SECTOR_BYTES) {
        mp_raise_ValueError(NULL);
    }
    uint32_t off_bytes = place_of(MP_OBJ_NEW_SMALL_INT(1)) + number * BOOT_SECTOR_BYTES;
    if (memcmp((const void *)(XIP_BASE + off_bytes), bufinfo.buf, BOOT_SECTOR_BYTES) != 0) {
        upyos_slot_write(off_bytes, data);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(slot_write_obj, slot_write);

// image(which, whole) -> (version, board, bytes, SHA-256, signature) or None; whole: its hash must be right. version has four
// numbers, board and signature may be None.
static mp_obj_t slot_image(mp_obj_t which, mp_obj_t whole) {
    uint32_t off_bytes = place_of(which);
    boot_image_t image;
    bool there = mp_obj_is_true(whole) ? boot_image_is_whole(off_bytes, upyos_slot_layout.slot_bytes, &image)
                                       : boot_image_read(off_bytes, upyos_slot_layout.slot_bytes, &image);
    if (!there) {
        return mp_const_none;
    }
    return upyos_slot_fields(off_bytes, &image);
}
static MP_DEFINE_CONST_FUN_OBJ_2(slot_image_obj, slot_image);

// request() -> an answer of boot.h, 0 for well: the next start swaps the update in, on trial
static mp_obj_t slot_request(void) {
    return MP_OBJ_NEW_SMALL_INT(boot_request(&upyos_slot_layout, BOOT_SWAP_TEST));
}
static MP_DEFINE_CONST_FUN_OBJ_0(slot_request_obj, slot_request);

// trial() -> whether the running firmware is on trial
static mp_obj_t slot_trial(void) {
    return mp_obj_new_bool(boot_is_on_trial(&upyos_slot_layout));
}
static MP_DEFINE_CONST_FUN_OBJ_0(slot_trial_obj, slot_trial);

// confirm(keep_watchdog) -> whether a trial has ended by that: the running firmware stays
static mp_obj_t slot_confirm(mp_obj_t keep_watchdog) {
    bool was = boot_confirm(&upyos_slot_layout);
    if (was) {
        upyos_trial_end(mp_obj_is_true(keep_watchdog));
    }
    return mp_obj_new_bool(was);
}
static MP_DEFINE_CONST_FUN_OBJ_1(slot_confirm_obj, slot_confirm);

// revert() -> an answer of boot.h: the next start goes back to the firmware before
static mp_obj_t slot_revert(void) {
    return MP_OBJ_NEW_SMALL_INT(boot_revert(&upyos_slot_layout));
}
static MP_DEFINE_CONST_FUN_OBJ_0(slot_revert_obj, slot_revert);

// marks() -> a bit for each mark of the newest record (journal.h), None without one
static mp_obj_t slot_marks(void) {
    boot_journal_t journal;
    if (!boot_journal_open(&upyos_slot_layout, &journal)) {
        return mp_const_none;
    }
    unsigned found = 0;
    for (unsigned mark = BOOT_MARK_SWAPPED; mark <= BOOT_MARK_NO_WAY_BACK; mark++) {
        found |= boot_journal_has(&journal, mark) << mark;
    }
    return MP_OBJ_NEW_SMALL_INT(found);
}
static MP_DEFINE_CONST_FUN_OBJ_0(slot_marks_obj, slot_marks);

#include "../slots/table.h"
