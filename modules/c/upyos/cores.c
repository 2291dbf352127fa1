// SPDX-License-Identifier: MIT
//
// One interpreter for the two cores of an RP2040 or RP2350.
//
// MicroPython for them has no lock around the interpreter (GIL): both cores run Python at once. The collector
// then marks while the other core goes on, and frees what that one has in a register or just moved; tables
// of modules and names, littlefs and its current directory are changed from both sides at once. So here a
// core runs Python only while it has the interpreter. It lets go where a thread of other ports does: when the
// other one has waited for SLICE_US, at a branch of the code or a look for events; and while it sleeps or
// waits for a lock. Machine code keeps the interpreter until it returns.
//
// With core 1 stopped nothing of this costs anything: to ask for the interpreter is to make the
// scheduler pending, which the VM looks at anyway.

#include "py/mpthread.h"

#if MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL

#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/gchelper.h"
#include "pico/multicore.h"
#include "hardware/sync.h"
#include "upyos.h"

#define SLICE_US (250)
// How long core 1 may have its interrupts off while core 0 waits: as long as a job may hold up the prompt.
#define OFF_US (1000000)
#define NOBODY (-1)
// As in py/gc.c.
#if MICROPY_GC_SPLIT_HEAP
#define NEXT_AREA(area) ((area)->next)
#else
#define NEXT_AREA(area) (NULL)
#endif

// shared/runtime/gchelper_thumb1.s and others
uintptr_t gc_helper_get_regs_and_sp(uintptr_t *regs);

// The core that has the interpreter. While core 1 is stopped it is core 0.
static volatile int8_t holder;
// The core that has not wants it at once.
static volatile bool asked;

// A core must turn its interrupts on: core 0 because masked.c says so, core 1 because core 0 waits for it.
volatile bool upyos_cores_forced[2];
// Core 1 had to before, so that it is not waited for any more.
static bool had_to;
// The lock of all atomic sections, which machine.disable_irq() takes as well.
static recursive_mutex_t *atomic;

static bool interrupts_off(void) {
    uint32_t before = save_and_disable_interrupts();
    restore_interrupts(before);
    #if defined(__riscv)
    return (before & 8) == 0; // mstatus.MIE
    #else
    return (before & 1) != 0; // PRIMASK
    #endif
}

void upyos_cores_interrupts_on(void) {
    upyos_masked_again(false);
    if (interrupts_off()) {
        #if defined(__riscv)
        MICROPY_END_ATOMIC_SECTION(8);
        #else
        MICROPY_END_ATOMIC_SECTION(0);
        #endif
    }
}

// Let go of the interpreter. Returns false if this core cannot: it has not got it, the other one is stopped, or
// the other one must not run now: in the collector, a block device, an interrupt, with interrupts off.
static bool give(void) {
    int8_t me = get_core_num();
    if (core1_entry == NULL || holder != me || upyos_blockdev_calls != 0 || gc_is_locked()
        || __get_current_exception() != 0 || interrupts_off()) {
        return false;
    }
    int8_t next = asked ? 1 - me : NOBODY;
    asked = false;
    __mem_fence_release();
    holder = next;
    return true;
}

static bool taken(int8_t me) {
    if (holder == NOBODY) {
        mp_uint_t atomic_state = MICROPY_BEGIN_ATOMIC_SECTION();
        if (holder == NOBODY) {
            holder = me;
        }
        MICROPY_END_ATOMIC_SECTION(atomic_state);
    }
    return holder == me;
}

// Core 0 has waited since start_us. What core 1 does in an atomic section of its own it must do soon. The scheduler is made
// pending without the lock, which core 1 may have.
static void insist(uint32_t start_us) {
    if (get_core_num() == 0 && time_us_32() - start_us >= (had_to ? SLICE_US : OFF_US)) {
        upyos_cores_forced[1] = true;
        if (MP_STATE_VM(sched_state) == MP_SCHED_IDLE) {
            MP_STATE_VM(sched_state) = MP_SCHED_PENDING;
        }
        // It may wait for an event, with no interrupt that could end the wait.
        __sev();
    }
}

uint32_t __wrap_recursive_mutex_enter_blocking_and_disable_interrupts(recursive_mutex_t *mutex);

uint32_t __wrap_recursive_mutex_enter_blocking_and_disable_interrupts(recursive_mutex_t *mutex) {
    atomic = mutex;
    uint32_t start_us = time_us_32();
    for (;;) {
        uint32_t before = save_and_disable_interrupts();
        if (recursive_mutex_try_enter(mutex, NULL)) {
            return before;
        }
        restore_interrupts(before);
        insist(start_us);
    }
}

// Turn this core's interrupts on, however often they were turned off. Returns false if they were on.
static bool obey(int8_t me) {
    upyos_cores_forced[me] = false;
    if (!interrupts_off()) {
        return false;
    }
    upyos_cores_interrupts_on();
    while (atomic != NULL && atomic->owner == lock_get_caller_owner_id()) {
        MICROPY_END_ATOMIC_SECTION(0);
    }
    if (me == 0) {
        upyos_masked_again(true);
    } else {
        had_to = true;
    }
    return true;
}

// Take the interpreter. Interrupts are on meanwhile: the other core may lock this one out to write its flash.
static void take(void) {
    // The collector looks for this core's objects on its stack.
    gc_helper_regs_t regs;
    gc_helper_get_regs_and_sp(regs);
    int8_t me = get_core_num();
    uint32_t start_us = time_us_32();
    while (!taken(me)) {
        insist(start_us);
        if (time_us_32() - start_us >= SLICE_US) {
            asked = true;
            if (MP_STATE_VM(sched_state) == MP_SCHED_IDLE) {
                mp_uint_t atomic_state = MICROPY_BEGIN_ATOMIC_SECTION();
                if (MP_STATE_VM(sched_state) == MP_SCHED_IDLE) {
                    MP_STATE_VM(sched_state) = MP_SCHED_PENDING;
                }
                MICROPY_END_ATOMIC_SECTION(atomic_state);
            }
        }
    }
    // What this core asked for; the other one, if it waits too, asks again.
    asked = false;
    __mem_fence_acquire();
    __asm volatile ("" : : "r" (regs) : "memory");
}

void upyos_cores_look(bool raise) {
    int8_t me = get_core_num();
    if (raise && upyos_cores_forced[me] && holder == me && obey(me)) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("interrupts were off for too long"));
    }
    if (asked && give()) {
        take();
    }
}

/******************************************************************************/
// Where a core waits

void __real_mp_wfe_or_timeout(uint32_t timeout_ms);
void __wrap_mp_wfe_or_timeout(uint32_t timeout_ms);
void __wrap_mp_event_wait_indefinite(void);
void __real_mutex_enter_blocking(mutex_t *mutex);
void __wrap_mutex_enter_blocking(mutex_t *mutex);

void __wrap_mp_wfe_or_timeout(uint32_t timeout_ms) {
    bool gave = give();
    __real_mp_wfe_or_timeout(timeout_ms);
    if (gave) {
        take();
    } else {
        upyos_cores_look(true);
    }
}

// As the original (py/scheduler.c), whose wait is not a function that could be wrapped.
void __wrap_mp_event_wait_indefinite(void) {
    mp_event_handle_nowait();
    bool gave = give();
    __wfe();
    if (gave) {
        take();
    }
}

// Is it a lock of Python code, on the heap?
static bool is_python(mutex_t *mutex) {
    for (mp_state_mem_area_t *area = &MP_STATE_MEM(area); area != NULL; area = NEXT_AREA(area)) {
        if ((byte *)mutex >= area->gc_pool_start && (byte *)mutex < area->gc_pool_end) {
            return true;
        }
    }
    return false;
}

// Python's locks are these.
void __wrap_mutex_enter_blocking(mutex_t *mutex) {
    if (mutex_try_enter(mutex, NULL)) {
        return;
    }
    if (get_core_num() == 0 && !upyos_plain_lock && is_python(mutex)) {
        // A program's lock: meanwhile Ctrl-C acts and tasks go on.
        while (!mutex_try_enter(mutex, NULL)) {
            mp_event_wait_ms(1);
        }
        return;
    }
    bool gave = give();
    __real_mutex_enter_blocking(mutex);
    if (gave) {
        take();
    }
}

/******************************************************************************/
// Life of a thread on core 1

mp_uint_t __real_mp_thread_create(void *(*entry)(void *), void *arg, size_t *stack_size);
mp_uint_t __wrap_mp_thread_create(void *(*entry)(void *), void *arg, size_t *stack_size);
void __wrap_mp_thread_start(void);
void __wrap_mp_thread_finish(void);
void __wrap_mp_thread_deinit(void);

mp_uint_t __wrap_mp_thread_create(void *(*entry)(void *), void *arg, size_t *stack_size) {
    bool was_stopped = core1_entry == NULL;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        if (was_stopped) {
            // There was no memory for its stack: it was not started.
            core1_entry = NULL;
        }
        nlr_jump(nlr.ret_val);
    }
    mp_uint_t id = __real_mp_thread_create(entry, arg, stack_size);
    nlr_pop();
    // Until it can be locked out this core must not write the flash that it runs from.
    while (!multicore_lockout_victim_is_initialized(1)) {
        tight_loop_contents();
    }
    return id;
}

void __wrap_mp_thread_start(void) {
    upyos_cores_forced[1] = had_to = false;
    take();
}

// From here on core 0 takes core 1 for stopped: it writes the flash without locking it out, and the collector
// frees its stack. So neither is used, and no interrupt comes.
static void __no_inline_not_in_flash_func(rest)(void) {
    core1_entry = NULL;
    __mem_fence_release();
    holder = 0;
    for (;;) {
        __wfe();
    }
}

void __wrap_mp_thread_finish(void) {
    multicore_lockout_victim_deinit();
    save_and_disable_interrupts();
    rest();
}

// At a soft reset. Core 1 has not got the interpreter then, so it is neither in the collector nor in a file
// system nor writing the flash, but it may be inside one of the SDK's locks for a moment.
void __wrap_mp_thread_deinit(void) {
    take();
    multicore_reset_core1();
    spin_locks_reset();
    asked = false;
    mp_thread_init();
}

#endif
