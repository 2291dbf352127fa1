// SPDX-License-Identifier: MIT
//
// Ctrl-Z holds the program in the foreground: the prompt runs above it until the program goes on.
//
// The program stays where it is on the C stack, and the prompt would have no room below it. So what is in use of the stack is
// copied to the heap, where the collector looks through it, the prompt has the stack to itself, and then all of it is put back:
// pointers into it are right again. While it is away nobody follows them: no step, no callback and no call of a block device is
// below (upyos_held_look). Of a process the stack is large enough for both.

#include "py/cstack.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "terminal.h"
#include "upyos.h"

#if UPYOS_HELD

// The prompt and a short command want so much of the heap.
#define PROMPT_BYTES (6144)

void *upyos_held_prompt(void);

// The prompt, by upyos.jobs.held: the exception to raise in the program, or none.
__attribute__((used)) void *upyos_held_prompt(void) {
    nlr_buf_t nlr;
    mp_obj_t raised = MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_kbd_exception));
    if (nlr_push(&nlr) == 0) {
        if (mp_obj_is_true(mp_call_function_0(upyos_function("upyos.jobs.held", MP_QSTR_prompt)))) {
            raised = MP_OBJ_NULL;
        }
        nlr_pop();
    } else {
        raised = MP_OBJ_FROM_PTR(nlr.ret_val);
    }
    return MP_OBJ_TO_PTR(raised);
}

#if defined(__arm__)

// Call prompt() with the stack from base on, which is copied meanwhile.
__attribute__((naked, noinline)) static void *on_stack_from(void *copy, char *base) {
    __asm volatile (
        "push   {r4-r7, lr}         \n"
        "mov    r4, r8              \n"
        "mov    r5, r9              \n"
        "mov    r6, r10             \n"
        "mov    r7, r11             \n"
        "push   {r3-r7}             \n" // r3 for its alignment
        #if defined(__ARM_FP)
        "vpush  {d8-d15}            \n"
        #endif
        "mov    r4, r0              \n"
        "mov    r5, sp              \n"
        "mov    r6, r1              \n"
        "mov    r1, r5              \n"
        "sub    r2, r6, r5          \n"
        "bl     memcpy              \n"
        "mov    sp, r6              \n"
        "bl     upyos_held_prompt   \n"
        "mov    sp, r5              \n"
        "mov    r7, r0              \n"
        "mov    r0, r5              \n"
        "mov    r1, r4              \n"
        "sub    r2, r6, r5          \n"
        "bl     memcpy              \n"
        "mov    r0, r7              \n"
        #if defined(__ARM_FP)
        "vpop   {d8-d15}            \n"
        #endif
        "pop    {r3-r7}             \n"
        "mov    r8, r4              \n"
        "mov    r9, r5              \n"
        "mov    r10, r6             \n"
        "mov    r11, r7             \n"
        "pop    {r4-r7, pc}         \n"
        );
}

// What the function above puts on the stack, and what it is called with.
#define CALL_BYTES (256)

static mp_obj_t run(void) {
    // The outermost one is the port's, for a soft reset; what is called from there may be copied.
    nlr_buf_t *base = MP_STATE_MAIN_THREAD(nlr_top);
    while (base->prev->prev != NULL) {
        base = base->prev;
    }
    char *end = (char *)((uintptr_t)base & ~7);
    size_t bytes = end - (char *)&base + CALL_BYTES;
    void *copy = m_malloc_maybe(bytes + PROMPT_BYTES);
    if (copy == NULL) {
        return mp_const_none;
    }
    copy = m_realloc(copy, bytes);
    MP_STATE_MAIN_THREAD(nlr_top) = base->prev;
    return MP_OBJ_FROM_PTR(on_stack_from(copy, end));
}

#else

// So deep may programs be held above each other.
#define MOST_BYTES (1000000)

static mp_obj_t run(void) {
    void *room = m_malloc_maybe(PROMPT_BYTES);
    mp_uint_t limit = MP_STATE_MAIN_THREAD(stack_limit);
    if (room == NULL || limit > MOST_BYTES) {
        return mp_const_none;
    }
    gc_free(room);
    MP_STATE_MAIN_THREAD(stack_limit) += mp_cstack_usage();
    void *raised = upyos_held_prompt();
    MP_STATE_MAIN_THREAD(stack_limit) = limit;
    return MP_OBJ_FROM_PTR(raised);
}

#endif

static void hold(void) {
    mp_state_thread_t *thread = &mp_state_ctx.thread;
    nlr_buf_t *top = thread->nlr_top;
    nlr_jump_callback_node_t *callbacks = thread->nlr_jump_callback_top;
    thread->nlr_jump_callback_top = NULL;
    mp_obj_t raised = run();
    thread->nlr_top = top;
    thread->nlr_jump_callback_top = callbacks;
    upyos_interrupt_program(true);
    if (raised == MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_kbd_exception))) {
        nlr_raise(raised);
    }
    if (raised != MP_OBJ_NULL) {
        mp_obj_t before = upyos_redirect(mp_const_none);
        mp_printf(&mp_plat_print, "cannot hold it: out of memory\n");
        upyos_redirect(before);
    }
}

// In a step of a job Ctrl-C is put off; in a callback the scheduler is locked.
bool upyos_held_now(bool typed) {
    if (upyos_tty_raw || !upyos_on_main() || upyos_get_holds() != 0 || upyos_blockdev_calls != 0
        || MP_STATE_VM(sched_state) < 0 || !(typed || upyos_terminal_take_stop())) {
        return false;
    }
    hold();
    return true;
}

#endif
