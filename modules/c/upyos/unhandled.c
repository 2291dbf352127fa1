// SPDX-License-Identifier: MIT
//
// Exceptions that nothing takes: one line each, as everything else that fails, instead of a traceback.
//
// A thread that ends by one is reported by MicroPython (py/modthread.c) behind its outermost handler. There, and nowhere else,
// a thread but the main one runs without any: so what is printed then is dropped, and programs.failure says it. It says what
// ended a callback, too (step.c).

#include "py/mpthread.h"
#include "py/runtime.h"
#include "upyos.h"

mp_obj_t upyos_function(const char *name, qstr function) {
    // Names to import, whichever: the module itself is wanted, not its package.
    mp_obj_t module = mp_import_name(qstr_from_str(name), mp_const_true, MP_OBJ_NEW_SMALL_INT(0));
    return mp_load_attr(module, function);
}

static mp_obj_t failure(qstr function) {
    return upyos_function("upyos.programs.failure", function);
}

// asyncio has just been loaded.
void upyos_watch_tasks(void) {
    mp_call_function_0(failure(MP_QSTR_watch_tasks));
}

#if MICROPY_PY_THREAD

bool upyos_thread_has_ended(void) {
    return MP_STATE_THREAD(nlr_top) == NULL && mp_thread_get_state() != &mp_state_ctx.thread;
}

#endif

void __real_mp_obj_print_exception(const mp_print_t *print, mp_obj_t exc);
void __wrap_mp_obj_print_exception(const mp_print_t *print, mp_obj_t exc);

void __wrap_mp_obj_print_exception(const mp_print_t *print, mp_obj_t exc) {
    bool of_thread = upyos_thread_has_ended();
    if (!of_thread && !upyos_callback_has_ended()) {
        __real_mp_obj_print_exception(print, exc);
        return;
    }
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_1(failure(of_thread ? MP_QSTR_of_thread : MP_QSTR_of_callback), exc);
        nlr_pop();
    } else if (nlr_push(&nlr) == 0) {
        mp_printf(&mp_plat_print, "%s: ended by an exception\n", of_thread ? "thread" : "callback");
        nlr_pop();
    }
}
