// SPDX-License-Identifier: MIT
//
// The terminal: keys, interrupts, injection, the raw-REPL hand-over. terminal_unix.c and terminal_chip.c have what differs.

#include "py/gc.h"
#include "py/runtime.h"
#include "terminal.h"
#include "upyos.h"

// Garbage in bytes that is left until there is more: two to four commands make so much.
#define UPYOS_GARBAGE_MOST (4096)

// Put off Ctrl-C; calls may be nested. It acts when the last one lets go.
static size_t upyos_holds;

void upyos_hold_interrupt(bool hold) {
    if (hold && upyos_holds++ == 0) {
        upyos_terminal_set_interrupt(false);
    } else if (!hold && upyos_holds != 0 && --upyos_holds == 0) {
        upyos_terminal_set_interrupt(true);
    }
}

void upyos_terminal_init(void) {
    upyos_holds = 0;
}

// Collect while nobody types. What stays then lies together at the bottom of the heap, instead of wherever the free blocks
// were when nearly all of it was garbage, and the next command finds all memory in one piece.
static void upyos_collect_garbage(void) {
    size_t amount = MP_STATE_MEM(gc_alloc_amount) * MICROPY_BYTES_PER_GC_BLOCK;
    if (amount > UPYOS_GARBAGE_MOST && MP_STATE_MEM(gc_auto_collect_enabled) && !upyos_terminal_has_key()) {
        gc_collect();
    }
}

// key(wait_ms) -> the next byte from the terminal, or -1 when none came; wait_ms < 0 waits for ever
static mp_obj_t upyos_key(mp_obj_t wait_ms_in) {
    mp_int_t wait_ms = mp_obj_get_int(wait_ms_in);
    if (wait_ms != 0) {
        upyos_collect_garbage();
    }
    return MP_OBJ_NEW_SMALL_INT(upyos_terminal_wait_key(wait_ms));
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_key_obj, upyos_key);

// tty(raw): Ctrl-C is a key if raw, else it interrupts, also when it was typed meanwhile
static mp_obj_t upyos_tty(mp_obj_t raw) {
    upyos_terminal_set_raw(mp_obj_is_true(raw));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_tty_obj, upyos_tty);

// hold(on): put off Ctrl-C while background tasks run, so that it meets the foreground program
static mp_obj_t upyos_hold(mp_obj_t on) {
    upyos_hold_interrupt(mp_obj_is_true(on));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_hold_obj, upyos_hold);

// inject(bytes): as if typed; OSError(EAGAIN) when the input buffer is full
static mp_obj_t upyos_inject(mp_obj_t data) {
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(data, &bufinfo, MP_BUFFER_READ);
    for (size_t i = 0; i < bufinfo.len; ++i) {
        upyos_terminal_inject_byte(((uint8_t *)bufinfo.buf)[i]);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_inject_obj, upyos_inject);

// raw_repl() -> True if the REPL that follows main.py will be the raw one
static mp_obj_t upyos_raw_repl(void) {
    return mp_obj_new_bool(upyos_terminal_raw_repl());
}
MP_DEFINE_CONST_FUN_OBJ_0(upyos_raw_repl_obj, upyos_raw_repl);
