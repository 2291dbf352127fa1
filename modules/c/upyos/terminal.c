// SPDX-License-Identifier: MIT
//
// The terminal: keys, interrupts, injection, the raw-REPL hand-over. terminal_unix.c and terminal_chip.c have what differs.

#include "py/gc.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "terminal.h"
#include "upyos.h"

// Garbage in bytes that is left until there is more: two to four commands make so much.
#define UPYOS_GARBAGE_MOST (4096)

void __real_mp_sched_keyboard_interrupt(void);
void __wrap_mp_sched_keyboard_interrupt(void);

bool upyos_tty_raw;

// Ctrl-C is put off while this is not 0.
static size_t upyos_holds;
// It came meanwhile.
static volatile bool upyos_typed;
// It is an interrupt for as long as a step of a job is too long, though it is a key else.
static bool upyos_armed;
// How often it came in a row, for the program that runs; how often when that was looked at, and since when.
static volatile uint8_t upyos_presses;
static uint8_t upyos_presses_seen;
static mp_uint_t upyos_press_ms;
static volatile bool upyos_program;

#define UPYOS_INSISTS (3)
#define UPYOS_ROW_MS (1000)

// May be called from an interrupt, on an ESP while the flash is off: it stands in RAM there, as MicroPython's own, and calls
// nothing else.
void MICROPY_WRAP_MP_SCHED_KEYBOARD_INTERRUPT(__wrap_mp_sched_keyboard_interrupt)(void) {
    if (upyos_holds != 0) {
        upyos_typed = true;
        return;
    }
    if (upyos_program && upyos_presses < UPYOS_INSISTS) {
        ++upyos_presses;
    }
    __real_mp_sched_keyboard_interrupt();
}

// A program begins or ends: whatever it does with KeyboardInterrupt, three quick ones end it.
void upyos_interrupt_program(bool begins) {
    if (!upyos_on_main() || upyos_holds != 0) {
        return;
    }
    if (upyos_presses >= UPYOS_INSISTS) {
        MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_NULL;
    }
    upyos_program = begins;
    upyos_presses = upyos_presses_seen = 0;
}

// One that comes later is the first of another row.
static void upyos_end_row(void) {
    mp_uint_t now_ms = mp_hal_ticks_ms();
    if (upyos_presses_seen != upyos_presses) {
        upyos_press_ms = now_ms;
    } else if (now_ms - upyos_press_ms > UPYOS_ROW_MS) {
        upyos_presses = 0;
    }
    upyos_presses_seen = upyos_presses;
}

// Raise it again at every branch and wait of the main thread, so that no handler of the program goes on.
void upyos_interrupt_insist(void) {
    if (upyos_presses == 0 || !upyos_on_main()) {
        return;
    }
    if (upyos_presses < UPYOS_INSISTS) {
        upyos_end_row();
    } else if (upyos_holds == 0) {
        __real_mp_sched_keyboard_interrupt();
        nlr_raise(MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_kbd_exception)));
    }
}

// One that is pending would be raised at the next branch, though it is put off now.
static void upyos_put_off_pending(void) {
    if (upyos_on_main() && !upyos_tty_raw && !upyos_callback_is_due
        && MP_STATE_MAIN_THREAD(mp_pending_exception) == MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_kbd_exception))) {
        MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_NULL;
        upyos_typed = true;
        // it is counted when it acts; the one that insists goes on with that
        upyos_presses -= upyos_presses != 0 && upyos_presses < UPYOS_INSISTS;
    }
}

// Put off Ctrl-C; calls may be nested. It acts when the last one lets go.
void upyos_hold_interrupt(bool hold) {
    if (hold) {
        if (upyos_holds++ == 0) {
            upyos_put_off_pending();
        }
    } else if (upyos_holds != 0) {
        upyos_set_holds(upyos_holds - 1);
    }
}

size_t upyos_get_holds(void) {
    return upyos_holds;
}

void upyos_set_holds(size_t holds) {
    upyos_holds = holds;
    if (holds == 0 && upyos_typed) {
        upyos_typed = false;
        if (upyos_tty_raw) {
            upyos_terminal_put_key(UPYOS_CTRL_C);
        } else {
            mp_sched_keyboard_interrupt();
        }
    }
}

// While Ctrl-C is put off, and for longer than it should be: tell whether it was typed.
bool upyos_interrupt_typed(void) {
    if (!upyos_armed) {
        upyos_armed = true;
        upyos_terminal_set_raw(false);
    }
    bool typed = upyos_terminal_take_interrupt() || upyos_typed;
    upyos_typed = false;
    return typed;
}

void upyos_interrupt_now(void) {
    __real_mp_sched_keyboard_interrupt();
}

// Ctrl-C is again what it was.
void upyos_interrupt_disarm(void) {
    if (upyos_armed) {
        upyos_armed = false;
        upyos_terminal_set_raw(upyos_tty_raw);
    }
}

void upyos_terminal_init(void) {
    upyos_holds = 0;
    upyos_typed = upyos_armed = upyos_program = false;
    upyos_presses = upyos_presses_seen = 0;
    upyos_terminal_start();
}

// lost() -> whether typed input was dropped since the last call
static mp_obj_t upyos_input_lost(void) {
    return mp_obj_new_bool(upyos_terminal_lost());
}
MP_DEFINE_CONST_FUN_OBJ_0(upyos_lost_obj, upyos_input_lost);

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
    // A thread may have closed them.
    upyos_mend_streams();
    if (wait_ms != 0) {
        upyos_collect_garbage();
    }
    mp_int_t first_ms = upyos_started_wait(wait_ms);
    int key = upyos_terminal_wait_key(first_ms);
    upyos_started_key(key);
    if (key < 0 && first_ms != wait_ms) {
        key = upyos_terminal_wait_key(wait_ms < 0 ? wait_ms : wait_ms - first_ms);
    }
    if (key == UPYOS_CTRL_Z && upyos_held_now(true)) {
        key = -1;
    }
    return MP_OBJ_NEW_SMALL_INT(key);
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_key_obj, upyos_key);

// typed(buffer, at) -> where the next byte would stand in it: takes what came already, up to the end of a line, without a wait
static mp_obj_t upyos_typed_bytes(mp_obj_t buffer, mp_obj_t at_in) {
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(buffer, &bufinfo, MP_BUFFER_WRITE);
    size_t at = mp_obj_get_int(at_in);
    for (int key = 0; at < bufinfo.len && key >= 0 && key != '\n' && key != '\r';) {
        key = upyos_terminal_read_key();
        if (key >= 0) {
            ((uint8_t *)bufinfo.buf)[at++] = key;
        }
    }
    return MP_OBJ_NEW_SMALL_INT(at);
}
MP_DEFINE_CONST_FUN_OBJ_2(upyos_typed_obj, upyos_typed_bytes);

// tty(raw): Ctrl-C is a key if raw, else it interrupts, also when it was typed meanwhile
static mp_obj_t upyos_tty(mp_obj_t raw) {
    upyos_tty_raw = mp_obj_is_true(raw);
    upyos_terminal_set_raw(upyos_tty_raw);
    if (!upyos_tty_raw) {
        upyos_terminal_interrupt_if_typed();
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_tty_obj, upyos_tty);

// hold(on): put off Ctrl-C while background tasks run, so that it meets the foreground program, and what it must not
// interrupt in the middle. It comes to no other thread. hold(None): nobody puts it off any more.
static mp_obj_t upyos_hold(mp_obj_t on) {
    if (upyos_on_main() && on == mp_const_none) {
        upyos_set_holds(0);
    } else if (upyos_on_main()) {
        upyos_hold_interrupt(mp_obj_is_true(on));
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_hold_obj, upyos_hold);

// inject(bytes) -> how many of them the input buffer took, as if typed
static mp_obj_t upyos_inject(mp_obj_t data) {
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(data, &bufinfo, MP_BUFFER_READ);
    size_t done = 0;
    while (done < bufinfo.len && upyos_terminal_inject_byte(((uint8_t *)bufinfo.buf)[done])) {
        done += 1;
    }
    return MP_OBJ_NEW_SMALL_INT(done);
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_inject_obj, upyos_inject);

// raw_repl() -> True if the REPL that follows main.py will be the raw one. Not while the console is mirrored: there is no
// network once the system is left.
static mp_obj_t upyos_raw_repl(void) {
    return mp_obj_new_bool(MP_STATE_VM(upyos_mirror) == MP_OBJ_NULL && upyos_terminal_raw_repl());
}
MP_DEFINE_CONST_FUN_OBJ_0(upyos_raw_repl_obj, upyos_raw_repl);
