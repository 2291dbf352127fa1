// SPDX-License-Identifier: MIT
//
// A start is good when the prompt has answered for a while, or a line was typed (contract 1.1). Until then it counts as one
// that failed, for what it started may hold up the prompt at any moment. In C, where it takes nothing of the heap beside the
// prompt.

#include "py/mphal.h"
#include "py/runtime.h"
#include "upyos.h"

#define GOOD_MS (5000)

static bool is_open;
static mp_uint_t begin_ms;

void upyos_started_init(void) {
    is_open = false;
}

// started(): the prompt comes up; from now on it has to answer
static mp_obj_t upyos_started(void) {
    begin_ms = mp_hal_ticks_ms();
    is_open = true;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(upyos_started_obj, upyos_started);

// Have the port forget the starts that failed. The module of the port is not left in memory for it.
static void upyos_start_is_good(void) {
    is_open = false;
    const mp_obj_t name = MP_OBJ_NEW_QSTR(MP_QSTR_upyos_port);
    mp_map_t *modules = &MP_STATE_VM(mp_loaded_modules_dict).map;
    bool loaded = mp_map_lookup(modules, name, MP_MAP_LOOKUP) != NULL;
    mp_obj_t port = mp_import_name(MP_QSTR_upyos_port, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    mp_call_function_1(mp_load_attr(port, MP_QSTR_set_boot_count), MP_OBJ_NEW_SMALL_INT(0));
    if (!loaded) {
        upyos_unload_one(modules, name);
    }
}

mp_int_t upyos_started_wait(mp_int_t wait_ms) {
    if (!is_open) {
        return wait_ms;
    }
    mp_uint_t since_ms = mp_hal_ticks_ms() - begin_ms;
    mp_int_t left_ms = since_ms < GOOD_MS ? GOOD_MS - since_ms : 0;
    return wait_ms < 0 || wait_ms > left_ms ? left_ms : wait_ms;
}

void upyos_started_key(int key) {
    // Enter, in both forms, and Ctrl-A, by which host tools begin.
    bool typed = key == '\r' || key == '\n' || key == 1;
    if (is_open && (typed || mp_hal_ticks_ms() - begin_ms >= GOOD_MS)) {
        upyos_start_is_good();
    }
}
