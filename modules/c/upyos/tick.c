// SPDX-License-Identifier: MIT
//
// The timer behind background tasks
//
// The port's timer calls tick, a function in flash: the scheduler's queue keeps
// what it called last, and a Python function there would keep all of its module.

#include "py/cstack.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "upyos.h"

#if defined(__unix__)
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#endif

MP_REGISTER_ROOT_POINTER(mp_obj_t upyos_tick_callback);

#if defined(__unix__)
static volatile unsigned upyos_tick_ms;
static volatile bool upyos_tick_queued;
static pthread_t upyos_main_thread;
static bool upyos_tick_missed;

// Sockets that tasks wait for. More than these are looked at every period only.
#define UPYOS_WATCHED (256)
// What runs in the foreground has so long between two ticks.
#define UPYOS_FOREGROUND_US (1000)
// A callback may take so long before Ctrl-C is looked for.
#define UPYOS_CALLBACK_US (900000)
static pthread_mutex_t upyos_watch_lock = PTHREAD_MUTEX_INITIALIZER;
static struct pollfd upyos_watched[UPYOS_WATCHED];
static nfds_t upyos_watched_count;
// There is more to do at once.
static volatile bool upyos_tick_soon;
// How many sockets the thread that ticks waits for just now, and how often it has waited.
static volatile nfds_t upyos_awaited_count;
static volatile unsigned upyos_waits;
// Readable when the thread that ticks has something new to wait for.
static int upyos_news_fd = -1;
// Readable when the main thread must look for what is scheduled, for whoever waits for a key.
int upyos_wake_fd = -1;
// Set while the main thread waits for a key. Set longer: it will again, as soon as it has done what is due, and looks at
// the sockets itself.
static volatile bool upyos_waits_for_key;
volatile bool upyos_prompting;
// Sockets that it waits for just now, and how often it has waited.
static volatile nfds_t upyos_key_count;
static volatile unsigned upyos_key_waits;
// It calls tick, in the middle of that.
static bool upyos_key_ticks;
#endif

#if MICROPY_PY_THREAD_GIL
static volatile bool upyos_tick_due;
#endif

#if defined(__unix__)
static void upyos_tell(int fd) {
    uint64_t one = 1;
    ssize_t n = write(fd, &one, sizeof(one));
    (void)n; // full: it is readable
}

void upyos_hear(int fd) {
    uint64_t count;
    ssize_t n = read(fd, &count, sizeof(count));
    (void)n; // empty already
}
#endif

// What tick called says in how many ms there is more to do: nothing, but it was enough for one time.
static void upyos_again(mp_obj_t wait_ms) {
    #if defined(__unix__)
    if (wait_ms == MP_OBJ_NEW_SMALL_INT(0)) {
        upyos_tick_soon = true;
        upyos_tell(upyos_news_fd);
    }
    #else
    (void)wait_ms;
    #endif
}

// Ctrl-C is for the program in the foreground: in here it would be lost. One that came with the last key is put
// aside, one that comes now is put off.
static void upyos_call_tick(mp_obj_t callback) {
    upyos_hold_interrupt(true);
    #if defined(__unix__)
    upyos_prompting = upyos_key_ticks;
    #endif
    // What is scheduled meanwhile runs meanwhile: the USB stack, which brings Ctrl-C, and this tick, which looks for it.
    bool was_locked = MP_STATE_VM(sched_state) < 0;
    if (was_locked) {
        mp_sched_unlock();
    }
    mp_obj_t pending = MP_STATE_MAIN_THREAD(mp_pending_exception);
    MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_NULL;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t wait_ms = mp_call_function_0(callback);
        nlr_pop();
        upyos_again(wait_ms);
    } else {
        // The output of the program that this interrupts is not ours.
        mp_obj_t before = upyos_redirect(mp_const_none);
        mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(nlr.ret_val));
        upyos_redirect(before);
    }
    if (pending != MP_OBJ_NULL) {
        mp_sched_exception(pending);
    }
    if (was_locked) {
        mp_sched_lock();
    }
    upyos_hold_interrupt(false);
}

// C stack that a step of a job needs. A program that has left less lets jobs wait until it has returned from there: else a
// job would end for want of a stack that it did not take.
#define STEP_BYTES (sizeof(void *) * 768)

static bool upyos_has_stack(void) {
    #if MICROPY_STACK_CHECK
    return mp_cstack_usage() + STEP_BYTES <= MP_STATE_THREAD(stack_limit);
    #else
    return true;
    #endif
}

// The scheduler's queue keeps what it called last with: a timer that has ended, high up in the heap.
static void upyos_drop_called(void) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    for (size_t n = MP_STATE_VM(sched_len); n < MICROPY_SCHEDULER_DEPTH; n++) {
        size_t at = (MP_STATE_VM(sched_idx) + n) & (MICROPY_SCHEDULER_DEPTH - 1);
        MP_STATE_VM(sched_queue)[at].arg = MP_OBJ_NULL;
    }
    MICROPY_END_ATOMIC_SECTION(state);
}

// Scheduled functions run on whichever thread looks first where there is a GIL, but this one is for the main thread:
// another one notes that it is due. It does not schedule it again, for the VM does not let go of the GIL while
// anything is scheduled.
static mp_obj_t upyos_tick(mp_obj_t arg) {
    (void)arg;
    upyos_drop_called();
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
        #if defined(__unix__)
        upyos_tick_missed = true;
        #endif
        upyos_step_watch();
    } else if (MP_STATE_VM(upyos_tick_callback) != MP_OBJ_NULL && upyos_has_stack()) {
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

// It gets the main thread out of a sleep, and is the timer of callbacks (step.c).
static void upyos_alarm(int signum) {
    (void)signum;
    if (!pthread_equal(pthread_self(), upyos_main_thread)) {
        pthread_kill(upyos_main_thread, SIGALRM);
    } else if (upyos_callback_us != 0 && (uint32_t)mp_hal_ticks_us() - upyos_callback_us >= UPYOS_CALLBACK_US) {
        upyos_callback_due();
    }
}

// From any thread: have the main one run tick soon. A signal gets it out of a sleep.
static void upyos_schedule_tick(void) {
    if (!upyos_tick_queued) {
        upyos_tick_queued = true;
        mp_obj_t tick = MP_OBJ_FROM_PTR(&upyos_tick_obj);
        if (!mp_sched_schedule(tick, tick)) {
            upyos_tick_queued = false;
        }
    }
    if (!pthread_equal(pthread_self(), upyos_main_thread)) {
        upyos_tell(upyos_wake_fd);
        pthread_kill(upyos_main_thread, SIGALRM);
    }
}

// A step has ended: what came at a socket behind its last look at them is not left until the next period.
void upyos_tick_after_step(void) {
    if (upyos_tick_missed) {
        upyos_tick_missed = false;
        upyos_tick_now();
    }
}

void upyos_tick_now(void) {
    if (upyos_tick_ms != 0) {
        upyos_schedule_tick();
    }
}

int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);

// The loop of background tasks looks at its sockets without waiting (select.poll). When none of them is ready, the thread that
// ticks waits for them.
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout) {
    // With a stream among them that is no file, select.poll waits for a millisecond instead.
    bool is_look = timeout == 0 || (timeout == 1 && upyos_in_step());
    is_look = is_look && upyos_tick_ms != 0 && pthread_equal(pthread_self(), upyos_main_thread);
    int ready = __real_poll(fds, count, is_look ? 0 : timeout);
    if (is_look) {
        nfds_t wanted = ready == 0 ? MIN(count, UPYOS_WATCHED) : 0;
        pthread_mutex_lock(&upyos_watch_lock);
        bool is_news = upyos_watched_count != wanted || memcmp(upyos_watched, fds, wanted * sizeof(*fds)) != 0;
        upyos_watched_count = wanted;
        memcpy(upyos_watched, fds, wanted * sizeof(*fds));
        pthread_mutex_unlock(&upyos_watch_lock);
        if (wanted != 0 && !upyos_prompting && (is_news || upyos_awaited_count == 0)) {
            upyos_tell(upyos_news_fd);
        }
    }
    return ready;
}

// Wait for a key, for what wakes the main thread, and for the sockets of tasks. Without the GIL. Returns as poll does.
int upyos_poll_key(struct pollfd *key, int wait_ms) {
    struct pollfd set[UPYOS_WATCHED + 2];
    memcpy(set, key, 2 * sizeof(*set));
    upyos_waits_for_key = upyos_prompting = true;
    pthread_mutex_lock(&upyos_watch_lock);
    nfds_t count = upyos_tick_ms != 0 ? upyos_watched_count : 0;
    memcpy(set + 2, upyos_watched, count * sizeof(*set));
    upyos_key_count = count;
    pthread_mutex_unlock(&upyos_watch_lock);
    int ready = __real_poll(set, count + 2, wait_ms);
    upyos_key_count = 0;
    upyos_key_waits += 1;
    upyos_waits_for_key = false;
    memcpy(key, set, 2 * sizeof(*set));
    return ready;
}

// Something came at a socket while the main thread waited for a key.
void upyos_tick_at_key(void) {
    pthread_mutex_lock(&upyos_watch_lock);
    // until the loop has looked again
    upyos_watched_count = 0;
    pthread_mutex_unlock(&upyos_watch_lock);
    upyos_key_ticks = true;
    upyos_tick(mp_const_none);
    upyos_key_ticks = false;
}

// Before a file descriptor is closed: while a thread waits for a socket it stays open, and its port in use.
void upyos_before_close(void) {
    pthread_mutex_lock(&upyos_watch_lock);
    upyos_watched_count = 0;
    bool is_awaited = upyos_awaited_count != 0;
    unsigned waits = upyos_waits;
    bool is_awaited_by_main = upyos_key_count != 0;
    unsigned key_waits = upyos_key_waits;
    pthread_mutex_unlock(&upyos_watch_lock);
    if (is_awaited_by_main) {
        // It is another thread that closes; the main one looks anew at those that are left.
        upyos_schedule_tick();
        while (upyos_key_waits == key_waits) {
            sched_yield();
        }
    }
    if (is_awaited) {
        upyos_tell(upyos_news_fd);
        while (upyos_waits == waits) {
            sched_yield();
        }
    }
}

// Wait for a socket that a task waits for, or for the time of a period.
static void upyos_await_socket(void) {
    struct pollfd set[UPYOS_WATCHED + 1] = { { .fd = upyos_news_fd, .events = POLLIN } };
    pthread_mutex_lock(&upyos_watch_lock);
    nfds_t count = upyos_prompting ? 0 : upyos_watched_count;
    memcpy(set + 1, upyos_watched, count * sizeof(*set));
    upyos_awaited_count = count;
    pthread_mutex_unlock(&upyos_watch_lock);
    int ready = __real_poll(set, count + 1, upyos_tick_ms != 0 ? (int)upyos_tick_ms : -1);
    upyos_awaited_count = 0;
    upyos_waits += 1;
    if (set[0].revents != 0) {
        upyos_hear(upyos_news_fd);
        ready -= 1;
    }
    if (upyos_tick_soon) {
        upyos_tick_soon = false;
    } else if (ready > 0) {
        // Until the loop has looked again. What was closed meanwhile is ready too.
        pthread_mutex_lock(&upyos_watch_lock);
        upyos_watched_count = 0;
        pthread_mutex_unlock(&upyos_watch_lock);
    } else if (set[0].revents != 0) {
        return;
    }
    if (upyos_tick_ms != 0) {
        upyos_schedule_tick();
        if (!upyos_waits_for_key) {
            usleep(UPYOS_FOREGROUND_US);
        }
    }
}

static void *upyos_tick_main(void *arg) {
    (void)arg;
    for (;;) {
        upyos_await_socket();
    }
    return NULL;
}

static void upyos_start_ticking(void) {
    static bool started;
    if (started) {
        return;
    }
    started = true;
    upyos_news_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    upyos_wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    sigset_t all, before;
    sigfillset(&all);
    // The new thread takes no signals: they are for the main one.
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_t thread;
    pthread_create(&thread, NULL, upyos_tick_main, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

#endif

#if !defined(__unix__)
void upyos_tick_now(void) {
    if (MP_STATE_VM(upyos_tick_callback) != MP_OBJ_NULL) {
        mp_obj_t tick = MP_OBJ_FROM_PTR(&upyos_tick_obj);
        mp_sched_schedule(tick, tick);
    }
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
        upyos_tell(upyos_news_fd);
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
    struct sigaction sa = { .sa_handler = upyos_alarm };
    sigaction(SIGALRM, &sa, NULL);
    #elif defined(CONFIG_IDF_TARGET)
    upyos_esp_tick_init();
    #endif
    MP_STATE_VM(upyos_tick_callback) = MP_OBJ_NULL;
}
