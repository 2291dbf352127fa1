// SPDX-License-Identifier: MIT
//
// A step of a background job, and how Ctrl-C ends one that does not give way.
//
// Ctrl-C is for the program in the foreground, so it is put off while a job's step runs (upyos_holds). A step that has
// lasted for a moment holds up the prompt and every other job: from then on Ctrl-C is for its job. The first one is a
// KeyboardInterrupt in it, the second one leaves the step at once, past all handlers of the program.

#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "upyos.h"

#define MOMENT_MS (1000)

typedef struct _upyos_step_t {
    nlr_buf_t nlr;
    // The step inside which this one runs: a job may have a loop of its own.
    struct _upyos_step_t *outer;
    mp_uint_t start_ms;
    // What is restored when the step is left past all handlers.
    mp_obj_dict_t *globals, *locals;
    size_t holds;
    int16_t sched_state;
} upyos_step_t;

// The innermost one, on the main thread.
static upyos_step_t *innermost;
// The one that Ctrl-C is meant for, and how far that has come.
static upyos_step_t *asked;
static bool raised, forced;
// The last one that it was raised in went on as if nothing had been, and so may the next.
static bool caught;

bool upyos_in_step(void) {
    return innermost != NULL;
}

static void step_left(upyos_step_t *step) {
    innermost = step->outer;
    #if defined(__unix__)
    if (innermost == NULL) {
        upyos_tick_after_step();
    }
    #endif
    if (asked == step) {
        asked = NULL;
        forced = false;
        // It came too late.
        MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_NULL;
    }
    upyos_interrupt_disarm();
}

// After an exception, or the jump of upyos_step_look.
static void step_restore(upyos_step_t *step) {
    mp_globals_set(step->globals);
    mp_locals_set(step->locals);
    while (MP_STATE_VM(sched_state) < step->sched_state) {
        mp_sched_unlock();
    }
    upyos_set_holds(step->holds);
}

// step(call, ...): call, as a step of a job, on the main thread while Ctrl-C is put off
static mp_obj_t upyos_step(size_t n_args, const mp_obj_t *args) {
    int16_t sched_state = MP_STATE_VM(sched_state);
    upyos_step_t step = {
        .outer = innermost,
        .start_ms = mp_hal_ticks_ms(),
        .globals = mp_globals_get(),
        .locals = mp_locals_get(),
        .holds = upyos_get_holds(),
        .sched_state = sched_state < 0 ? sched_state : 0,
    };
    innermost = &step;
    if (nlr_push(&step.nlr) == 0) {
        mp_obj_t result = mp_call_function_n_kw(args[0], n_args - 1, 0, args + 1);
        nlr_pop();
        caught |= asked == &step && raised;
        step_left(&step);
        return result;
    }
    step_restore(&step);
    step_left(&step);
    nlr_jump(step.nlr.ret_val);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_step_obj, 1, 2, upyos_step);

// Called every few ms while a step runs.
void upyos_step_watch(void) {
    mp_uint_t now_ms = mp_hal_ticks_ms();
    upyos_step_t *step = innermost;
    while (step != NULL && now_ms - step->start_ms < MOMENT_MS) {
        step = step->outer;
    }
    if (step == NULL) {
        return;
    }
    if (upyos_interrupt_typed()) {
        forced = asked != NULL || caught;
        raised = false;
        caught = false;
        asked = asked != NULL ? asked : step;
    }
    if (asked != NULL && (forced || (!raised && asked == innermost))) {
        raised = true;
        upyos_interrupt_now();
    }
}

// Where the main thread may be interrupted.
void upyos_step_look(void) {
    if (forced && upyos_on_main()) {
        MP_STATE_THREAD(nlr_top) = &asked->nlr;
        nlr_jump(MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_kbd_exception)));
    }
}

void upyos_step_init(void) {
    innermost = asked = NULL;
    raised = forced = caught = false;
}

#if MICROPY_PY_THREAD

// acquire() of a lock that the system waits for: neither Ctrl-C nor a task comes in between.
bool upyos_plain_lock;

static mp_obj_t upyos_acquire(mp_obj_t lock) {
    mp_obj_t method[2];
    mp_load_method(lock, MP_QSTR_acquire, method);
    bool on_main = upyos_on_main();
    upyos_plain_lock |= on_main;
    mp_call_method_n_kw(0, 0, method);
    if (on_main) {
        upyos_plain_lock = false;
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_acquire_obj, upyos_acquire);

#endif

#if MICROPY_PY_THREAD_GIL

int __real_mp_thread_mutex_lock(mp_thread_mutex_t *mutex, int wait);
int __wrap_mp_thread_mutex_lock(mp_thread_mutex_t *mutex, int wait);

// A program's lock: while the main thread waits for it, Ctrl-C acts and tasks go on. Called without the GIL.
int __wrap_mp_thread_mutex_lock(mp_thread_mutex_t *mutex, int wait) {
    if (!wait || mutex == &MP_STATE_VM(gil_mutex) || upyos_plain_lock || !upyos_on_main()) {
        return __real_mp_thread_mutex_lock(mutex, wait);
    }
    int result;
    while ((result = __real_mp_thread_mutex_lock(mutex, 0)) == 0) {
        MP_THREAD_GIL_ENTER();
        mp_event_wait_ms(1);
        MP_THREAD_GIL_EXIT();
    }
    return result;
}

#endif
