// SPDX-License-Identifier: MIT
//
// Console capture: redirect().

#include "py/gc.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "upyos.h"

#if defined(__unix__)
#include <unistd.h>
#endif

// One redirection per thread: a background thread never writes into the
// foreground's file. jobs/threads.py begins one job less than this: one is the
// main thread's.
#define UPYOS_TARGETS (8)

// The target streams live in root pointers, so that the collector sees them.
MP_REGISTER_ROOT_POINTER(mp_obj_t upyos_target[UPYOS_TARGETS]);
static void *upyos_owner[UPYOS_TARGETS];
// How many entries are in use: the fast path of unredirected output.
static size_t upyos_targets_used;

static void *upyos_self(void) {
    #if MICROPY_PY_THREAD
    return mp_thread_get_state();
    #else
    return &upyos_targets_used;
    #endif
}

// Index of the entry of `owner`, or -1. A free entry belongs to NULL.
static int upyos_find_target(void *owner) {
    for (int i = 0; i < UPYOS_TARGETS; ++i) {
        if (upyos_owner[i] == owner) {
            return i;
        }
    }
    return -1;
}

// Write to the calling thread's target. Returns false if it has none; *errcode
// is 0 or the errno of the target. Never from an interrupt: the heap is locked there.
static bool upyos_capture(const void *buf, size_t len, int *errcode) {
    if (upyos_targets_used == 0 || gc_is_locked()) {
        return false;
    }
    int i = upyos_find_target(upyos_self());
    if (i < 0) {
        return false;
    }
    mp_uint_t done = mp_stream_rw(MP_STATE_VM(upyos_target)[i], (void *)buf, len, errcode, MP_STREAM_RW_WRITE);
    if (*errcode == 0 && done != len) {
        *errcode = MP_ENOSPC;
    }
    return true;
}

// What Python raises then: `programs.failure` and `lib.command.fail` know it by its second argument.
static MP_NORETURN void upyos_raise_output(int errcode) {
    mp_obj_t args[] = {MP_OBJ_NEW_SMALL_INT(errcode), MP_OBJ_NEW_QSTR(MP_QSTR_output)};
    nlr_raise(mp_obj_exception_make_new(&mp_type_OSError, MP_ARRAY_SIZE(args), 0, args));
}

#if defined(__unix__)

ssize_t __real_write(int fd, const void *buf, size_t len);
ssize_t __wrap_write(int fd, const void *buf, size_t len);

// Called with the GIL released (MP_HAL_RETRY_SYSCALL), so it is taken to write to a Python stream.
ssize_t __wrap_write(int fd, const void *buf, size_t len) {
    if (fd == STDOUT_FILENO && upyos_targets_used != 0) {
        int errcode = 0;
        MP_THREAD_GIL_ENTER();
        bool captured = upyos_capture(buf, len, &errcode);
        if (errcode != 0) {
            // The exception leaves the system call, and so with the GIL.
            upyos_raise_output(errcode);
        }
        MP_THREAD_GIL_EXIT();
        if (captured) {
            return len;
        }
    }
    if (fd == STDERR_FILENO && upyos_thread_has_ended()) {
        return len;
    }
    ssize_t written = __real_write(fd, buf, len);
    // Not before it: what a signal interrupts is written again.
    if (fd == STDOUT_FILENO && written > 0 && MP_STATE_VM(upyos_mirror) != MP_OBJ_NULL) {
        MP_THREAD_GIL_ENTER();
        upyos_mirror_write(buf, written);
        MP_THREAD_GIL_EXIT();
    }
    return written;
}

#else

mp_uint_t __real_mp_hal_stdout_tx_strn(const char *str, size_t len);
mp_uint_t __wrap_mp_hal_stdout_tx_strn(const char *str, size_t len);
void __real_mp_hal_stdout_tx_strn_cooked(const char *str, size_t len);
void __wrap_mp_hal_stdout_tx_strn_cooked(const char *str, size_t len);

mp_uint_t __wrap_mp_hal_stdout_tx_strn(const char *str, size_t len) {
    int errcode = 0;
    if (!upyos_capture(str, len, &errcode)) {
        upyos_mirror_write(str, len);
        return __real_mp_hal_stdout_tx_strn(str, len);
    }
    if (errcode != 0) {
        upyos_raise_output(errcode);
    }
    return len;
}

// Caught before LF becomes CR LF: a target gets the exact bytes.
void __wrap_mp_hal_stdout_tx_strn_cooked(const char *str, size_t len) {
    if (upyos_thread_has_ended()) {
        return;
    }
    int errcode = 0;
    if (!upyos_capture(str, len, &errcode)) {
        __real_mp_hal_stdout_tx_strn_cooked(str, len);
    } else if (errcode != 0) {
        upyos_raise_output(errcode);
    }
}

#endif

// redirect(stream or None) -> the stream before, or None
mp_obj_t upyos_redirect(mp_obj_t stream) {
    if (stream != mp_const_none) {
        mp_get_stream_raise(stream, MP_STREAM_OP_WRITE);
    }
    mp_obj_t before = mp_const_none;
    mp_uint_t atomic_state = MICROPY_BEGIN_ATOMIC_SECTION();
    int i = upyos_find_target(upyos_self());
    if (i >= 0) {
        before = MP_STATE_VM(upyos_target)[i];
    } else if (stream != mp_const_none) {
        i = upyos_find_target(NULL);
        upyos_targets_used += i >= 0;
    }
    bool full = i < 0 && stream != mp_const_none;
    if (i >= 0) {
        bool set = stream != mp_const_none;
        MP_STATE_VM(upyos_target)[i] = set ? stream : MP_OBJ_NULL;
        upyos_owner[i] = set ? upyos_self() : NULL;
        upyos_targets_used -= !set;
    }
    MICROPY_END_ATOMIC_SECTION(atomic_state);
    if (full) {
        mp_raise_OSError(MP_EAGAIN);
    }
    return before;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_redirect_obj, upyos_redirect);

// Forget all targets: the heap they lived in is gone.
void upyos_console_init(void) {
    upyos_targets_used = 0;
    for (size_t i = 0; i < UPYOS_TARGETS; ++i) {
        MP_STATE_VM(upyos_target)[i] = MP_OBJ_NULL;
        upyos_owner[i] = NULL;
    }
}
