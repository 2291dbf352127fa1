// SPDX-License-Identifier: MIT
//
// The timer behind background tasks
//
// The port's timer calls tick, a function in flash: the scheduler's queue keeps
// what it called last, and a Python function there would keep all of its module.

#include "py/mpthread.h"
#include "py/runtime.h"
#include "upyos.h"

#if defined(__unix__)
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#endif

MP_REGISTER_ROOT_POINTER(mp_obj_t upyos_tick_callback);

#if defined(__unix__)
static volatile unsigned upyos_tick_ms;
static volatile bool upyos_tick_queued;
static pthread_t upyos_main_thread;
#endif

#if MICROPY_PY_THREAD_GIL
static volatile bool upyos_tick_due;
#endif

// Ctrl-C is for the program in the foreground: in here it would be lost. One that came with the last key is put
// aside, one that comes now is put off.
static void upyos_call_tick(mp_obj_t callback) {
    upyos_hold_interrupt(true);
    // What is scheduled meanwhile runs meanwhile: the USB stack, which brings Ctrl-C, and this tick, which looks for it.
    bool was_locked = MP_STATE_VM(sched_state) < 0;
    if (was_locked) {
        mp_sched_unlock();
    }
    mp_obj_t pending = MP_STATE_MAIN_THREAD(mp_pending_exception);
    MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_NULL;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_0(callback);
        nlr_pop();
    } else {
        mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(nlr.ret_val));
    }
    if (pending != MP_OBJ_NULL) {
        mp_sched_exception(pending);
    }
    if (was_locked) {
        mp_sched_lock();
    }
    upyos_hold_interrupt(false);
}

// Scheduled functions run on whichever thread looks first where there is a GIL, but this one is for the main thread:
// another one notes that it is due. It does not schedule it again, for the VM does not let go of the GIL while
// anything is scheduled.
static mp_obj_t upyos_tick(mp_obj_t arg) {
    (void)arg;
    #if defined(__unix__)
    upyos_tick_queued = false;
    #endif
    #if MICROPY_PY_THREAD_GIL
    if (!mp_thread_is_main_thread()) {
        upyos_tick_due = true;
        return mp_const_none;
    }
    #endif
    if (upyos_in_step()) {
        upyos_step_watch();
    } else if (MP_STATE_VM(upyos_tick_callback) != MP_OBJ_NULL) {
        upyos_call_tick(MP_STATE_VM(upyos_tick_callback));
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_tick_obj, upyos_tick);

#if MICROPY_PY_THREAD_GIL
void upyos_tick_look(void) {
    if (upyos_tick_due && mp_thread_is_main_thread()) {
        upyos_tick_due = false;
        mp_obj_t tick = MP_OBJ_FROM_PTR(&upyos_tick_obj);
        mp_sched_schedule(tick, tick);
    }
}
#endif

#if defined(__unix__)

static void upyos_no_action(int signum) {
    (void)signum;
}

// Schedules tick, and a signal gets the main thread out of a sleep to run it.
static void *upyos_tick_main(void *arg) {
    (void)arg;
    for (;;) {
        usleep((upyos_tick_ms != 0 ? upyos_tick_ms : 50) * 1000);
        if (upyos_tick_ms != 0 && !upyos_tick_queued) {
            upyos_tick_queued = true;
            mp_obj_t tick = MP_OBJ_FROM_PTR(&upyos_tick_obj);
            if (!mp_sched_schedule(tick, tick)) {
                upyos_tick_queued = false;
            }
            pthread_kill(upyos_main_thread, SIGALRM);
        }
    }
    return NULL;
}

static void upyos_start_ticking(void) {
    static bool started;
    if (started) {
        return;
    }
    started = true;
    struct sigaction sa = { .sa_handler = upyos_no_action };
    sigaction(SIGALRM, &sa, NULL);
    sigset_t all, before;
    sigfillset(&all);
    // The new thread takes no signals: they are for the main one.
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_t thread;
    pthread_create(&thread, NULL, upyos_tick_main, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

#endif

// on_tick(period_ms, callback): what tick calls, None for nothing. On unix and the ESP32 family (esp.c)
// this is the timer too; elsewhere machine.Timer calls tick.
static mp_obj_t upyos_on_tick(mp_obj_t period_ms, mp_obj_t callback) {
    bool wanted = callback != mp_const_none;
    MP_STATE_VM(upyos_tick_callback) = wanted ? callback : MP_OBJ_NULL;
    #if defined(__unix__)
    upyos_tick_ms = wanted ? mp_obj_get_int(period_ms) : 0;
    if (wanted) {
        upyos_start_ticking();
    }
    #elif defined(CONFIG_IDF_TARGET)
    upyos_esp_tick(wanted ? mp_obj_get_int(period_ms) : 0);
    #else
    (void)period_ms;
    #endif
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(upyos_on_tick_obj, upyos_on_tick);

void upyos_tick_init(void) {
    #if defined(__unix__)
    upyos_main_thread = pthread_self();
    #elif defined(CONFIG_IDF_TARGET)
    upyos_esp_tick_init();
    #endif
    MP_STATE_VM(upyos_tick_callback) = MP_OBJ_NULL;
}
