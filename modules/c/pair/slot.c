// SPDX-License-Identifier: MIT
//
// _slot: the two firmware slots of this board, for Python (ports/README.md). What is written is said in pair.h.

#include "py/builtin.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "image.h"
#include "port.h"
#include "rom.h"
#include "slots.h"
#include "../upyos/upyos.h"

static pair_t slots(void) {
    pair_t pair;
    if (!upyos_pair(&pair)) {
        mp_raise_OSError(MP_ENODEV);
    }
    return pair;
}

// room() -> bytes of the largest image, 0 if somebody flashed it without the table
static mp_obj_t slot_room(void) {
    pair_t pair;
    return MP_OBJ_NEW_SMALL_INT(upyos_pair(&pair) ? pair.slot_bytes - PAIR_TAIL_BYTES : 0);
}
static MP_DEFINE_CONST_FUN_OBJ_0(slot_room_obj, slot_room);

// read(at, block): fill block with what stands at a byte of an update
static mp_obj_t slot_read(mp_obj_t at_in, mp_obj_t block) {
    pair_t pair = slots();
    mp_uint_t at = mp_obj_get_int(at_in), room_bytes = pair.slot_bytes - PAIR_TAIL_BYTES;
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(block, &bufinfo, MP_BUFFER_WRITE);
    if (at > room_bytes || bufinfo.len > room_bytes - at) {
        mp_raise_ValueError(NULL);
    }
    boot_port_read(pair_look(&pair, PAIR_UPDATE) + at, bufinfo.buf, bufinfo.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(slot_read_obj, slot_read);

// write(number, data): replace a sector there. A power cut harms nothing that runs.
static mp_obj_t slot_write(mp_obj_t number_in, mp_obj_t data) {
    pair_t pair = slots();
    mp_uint_t number = mp_obj_get_int(number_in);
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(data, &bufinfo, MP_BUFFER_READ);
    if (number >= (pair.slot_bytes - PAIR_TAIL_BYTES) / BOOT_SECTOR_BYTES || bufinfo.len != BOOT_SECTOR_BYTES) {
        mp_raise_ValueError(NULL);
    }
    if (!pair_write(&pair, number, bufinfo.buf)) {
        mp_raise_OSError(MP_EBUSY);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(slot_write_obj, slot_write);

// image(which, whole) -> (version, board, bytes, SHA-256, signature) or None; whole: its hash must be right. version has four
// numbers, board and signature may be None.
static mp_obj_t slot_image(mp_obj_t which, mp_obj_t whole) {
    pair_t pair = slots();
    boot_image_t image;
    if (!pair_image(&pair, mp_obj_get_int(which), mp_obj_is_true(whole), &image)) {
        return mp_const_none;
    }
    uint32_t off_bytes = mp_obj_get_int(which) == PAIR_RUNNING ? pair.running_off : pair.other_off;
    return upyos_slot_fields(off_bytes, &image);
}
static MP_DEFINE_CONST_FUN_OBJ_2(slot_image_obj, slot_image);

// request() -> an answer of boot.h, 0 for well: the next start tries the update
static mp_obj_t slot_request(void) {
    pair_t pair = slots();
    return MP_OBJ_NEW_SMALL_INT(pair_request(&pair));
}
static MP_DEFINE_CONST_FUN_OBJ_0(slot_request_obj, slot_request);

// trial() -> whether the running firmware is on trial
static mp_obj_t slot_trial(void) {
    return mp_obj_new_bool(slots().on_trial);
}
static MP_DEFINE_CONST_FUN_OBJ_0(slot_trial_obj, slot_trial);

// confirm(keep_watchdog) -> whether a trial has ended by that: the running firmware stays
static mp_obj_t slot_confirm(mp_obj_t keep_watchdog) {
    pair_t pair = slots();
    bool was = pair_confirm(&pair);
    if (was) {
        upyos_trial_end(mp_obj_is_true(keep_watchdog));
    }
    return mp_obj_new_bool(was);
}
static MP_DEFINE_CONST_FUN_OBJ_1(slot_confirm_obj, slot_confirm);

// revert() -> an answer of boot.h: the next start goes back to the firmware before
static mp_obj_t slot_revert(void) {
    pair_t pair = slots();
    return MP_OBJ_NEW_SMALL_INT(pair_revert(&pair));
}
static MP_DEFINE_CONST_FUN_OBJ_0(slot_revert_obj, slot_revert);

// marks() -> a bit for each mark of how the last upgrade ended (journal.h), None if nobody knows
static mp_obj_t slot_marks(void) {
    pair_t pair = slots();
    int marks = pair_marks(&pair);
    return marks < 0 ? mp_const_none : MP_OBJ_NEW_SMALL_INT(marks);
}
static MP_DEFINE_CONST_FUN_OBJ_0(slot_marks_obj, slot_marks);

#include "../slots/table.h"
