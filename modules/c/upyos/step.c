// SPDX-License-Identifier: MIT
//
// A step of a background job, and how Ctrl-C ends one that does not give way.
//
// Ctrl-C is for the program in the foreground, so it is put off while a job's step runs (upyos_holds). A step that has
// lasted for a moment holds up the prompt and every other job: from then on Ctrl-C is for its job. The first one is a
// KeyboardInterrupt in it, the second one leaves the step at once, past all handlers of the program.
//
// A callback (of micropython.schedule, a timer, a pin) is a step too. The scheduler is locked while it runs, so that the
// timer of tasks does not look after it. What does is upyos_callback_due, in an interrupt or a signal.

#include <string.h>

#include "py/gc.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "upyos.h"

#if defined(__unix__)
#include <sys/time.h>
#endif

#define MOMENT_MS (1000)

typedef struct _upyos_step_t {
    nlr_buf_t nlr;
    // The step inside which this one runs: a job may have a loop of its own.
    struct _upyos_step_t *outer;
    mp_uint_t start_ms;
    // Of a callback, else 0.
    uint32_t start_us;
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
    upyos_step_t *step = innermost;
    while (step != NULL && step->start_us != 0) {
        step = step->outer;
    }
    return step != NULL;
}

// When the callback that runs began, 0 if none does.
volatile uint32_t upyos_callback_us;

static void watch_callback(uint32_t start_us) {
    if (upyos_callback_us == start_us) {
        return;
    }
    upyos_callback_us = start_us;
    #if defined(__unix__)
    // tick.c has its signal
    struct itimerval timer = { .it_interval.tv_usec = 50000, .it_value.tv_sec = start_us != 0 };
    setitimer(ITIMER_REAL, &timer, NULL);
    #endif
}

static void step_begin(upyos_step_t *step, uint32_t start_us) {
    step->outer = innermost;
    step->start_ms = mp_hal_ticks_ms();
    step->globals = mp_globals_get();
    step->locals = mp_locals_get();
    step->holds = upyos_get_holds();
    step->sched_state = MIN(MP_STATE_VM(sched_state), 0);
    step->start_us = start_us;
    innermost = step;
    watch_callback(start_us);
}

static void step_left(upyos_step_t *step) {
    innermost = step->outer;
    watch_callback(innermost != NULL ? innermost->start_us : 0);
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
    upyos_step_t step;
    step_begin(&step, 0);
    if (nlr_push(&step.nlr) == 0) {
        mp_obj_t result = mp_call_function_n_kw(args[0], n_args - 1, 0, args + 1);
        nlr_pop();
        caught |= asked == &step && raised;
        step_left(&step);
        // Ctrl-C may have ended what was to let go of it, and been caught further out.
        upyos_set_holds(step.holds);
        return result;
    }
    step_restore(&step);
    step_left(&step);
    nlr_jump(step.nlr.ret_val);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_step_obj, 1, 2, upyos_step);

// Look for Ctrl-C while a step runs that is too long.
static void look_for(upyos_step_t *step) {
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

// Called every few ms while a step runs.
void upyos_step_watch(void) {
    mp_uint_t now_ms = mp_hal_ticks_ms();
    upyos_step_t *step = innermost;
    while (step != NULL && now_ms - step->start_ms < MOMENT_MS) {
        step = step->outer;
    }
    if (step != NULL) {
        look_for(step);
    }
}

// Where the main thread may be interrupted.
void upyos_step_look(void) {
    if (forced && upyos_on_main()) {
        MP_STATE_THREAD(nlr_top) = &asked->nlr;
        nlr_jump(MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_kbd_exception)));
    }
}

/******************************************************************************/
// Callbacks

// Those that Ctrl-C had to end last are not called again: a timer would go on with them.
#define ENDED (4)
MP_REGISTER_ROOT_POINTER(mp_obj_t upyos_ended_callbacks[4]);

static bool has_been_ended(mp_obj_t fun) {
    for (size_t i = 0; i < ENDED; i++) {
        if (MP_STATE_VM(upyos_ended_callbacks)[i] == fun) {
            return true;
        }
    }
    return false;
}

static void note_ended(mp_obj_t fun) {
    mp_obj_t *ended = MP_STATE_VM(upyos_ended_callbacks);
    memmove(ended + 1, ended, (ENDED - 1) * sizeof(*ended));
    ended[0] = fun;
}

// What is pending is no Ctrl-C, but a look for one.
volatile bool upyos_callback_is_due;

// The scheduler is locked, so that nothing but this fetches what is typed.
void upyos_callback_look(void) {
    if (upyos_callback_is_due && upyos_on_main()) {
        upyos_callback_is_due = false;
        MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_NULL;
        if (innermost != NULL && innermost->start_us != 0) {
            if (upyos_get_holds() == 0) {
                upyos_hold_interrupt(true);
            }
            look_for(innermost);
        }
    }
}

bool upyos_callback_has_ended(void) {
    nlr_buf_t *top = MP_STATE_THREAD(nlr_top);
    return innermost != NULL && innermost->start_us != 0 && upyos_on_main()
           && (top == &innermost->nlr || top == innermost->nlr.prev);
}

mp_obj_t __real_mp_call_function_1_protected(mp_obj_t fun, mp_obj_t arg);
mp_obj_t __wrap_mp_call_function_1_protected(mp_obj_t fun, mp_obj_t arg);

mp_obj_t __wrap_mp_call_function_1_protected(mp_obj_t fun, mp_obj_t arg) {
    #if defined(CONFIG_IDF_TARGET)
    // The sockets of the esp32 port call tick at once, wherever something waits: in the work of a block device, too. (Those of
    // lwIP schedule it, and the scheduler gives it to itself.)
    if (fun == MP_OBJ_FROM_PTR(&upyos_tick_obj) && arg != fun) {
        upyos_esp_tick_soon();
        return mp_const_none;
    }
    #endif
    // The collector calls __del__ in this way: it must not be left.
    if (fun == MP_OBJ_FROM_PTR(&upyos_tick_obj) || !upyos_on_main() || gc_is_locked()) {
        return __real_mp_call_function_1_protected(fun, arg);
    }
    if (has_been_ended(fun)) {
        return MP_OBJ_NULL;
    }
    upyos_step_t step;
    step_begin(&step, mp_hal_ticks_us() | 1);
    mp_obj_t result = MP_OBJ_NULL;
    if (nlr_push(&step.nlr) == 0) {
        result = __real_mp_call_function_1_protected(fun, arg);
        nlr_pop();
    } else {
        step_restore(&step);
        forced = false;
        mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(step.nlr.ret_val));
    }
    if (asked == &step && raised) {
        note_ended(fun);
    }
    step_left(&step);
    upyos_set_holds(step.holds);
    return result;
}

void upyos_step_init(void) {
    innermost = asked = NULL;
    raised = forced = caught = upyos_callback_is_due = false;
    upyos_callback_us = 0;
    memset(MP_STATE_VM(upyos_ended_callbacks), 0, sizeof(MP_STATE_VM(upyos_ended_callbacks)));
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
