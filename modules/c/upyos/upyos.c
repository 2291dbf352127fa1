// SPDX-License-Identifier: MIT
//
// _upyos: what the kernel cannot do in Python: console capture and injection,
// the raw-REPL hand-over, and running a program without import.

#include <string.h>

#include "py/builtin.h"
#include "py/compile.h"
#include "py/frozenmod.h"
#include "py/gc.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/objmodule.h"
#include "py/persistentcode.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "extmod/vfs.h"

#if defined(__unix__)
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>
#else
#include "py/ringbuf.h"
#include "shared/runtime/interrupt_char.h"
#include "shared/runtime/pyexec.h"
extern ringbuf_t stdin_ringbuf;
#endif

/******************************************************************************/
// Console capture

// One redirection per thread: a background thread never writes into the
// foreground's file. More threads than this are not redirected at once.
#define UPYOS_TARGETS (4)

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

#if defined(__unix__)

ssize_t __real_write(int fd, const void *buf, size_t len);
ssize_t __wrap_write(int fd, const void *buf, size_t len);

// Called with the GIL released (MP_HAL_RETRY_SYSCALL), so it is taken to write to a Python stream.
ssize_t __wrap_write(int fd, const void *buf, size_t len) {
    if (fd == STDOUT_FILENO && upyos_targets_used != 0) {
        int errcode = 0;
        MP_THREAD_GIL_ENTER();
        bool captured = upyos_capture(buf, len, &errcode);
        MP_THREAD_GIL_EXIT();
        if (errcode != 0) {
            errno = errcode;
            return -1;
        }
        if (captured) {
            return len;
        }
    }
    return __real_write(fd, buf, len);
}

#else

mp_uint_t __real_mp_hal_stdout_tx_strn(const char *str, size_t len);
mp_uint_t __wrap_mp_hal_stdout_tx_strn(const char *str, size_t len);
void __real_mp_hal_stdout_tx_strn_cooked(const char *str, size_t len);
void __wrap_mp_hal_stdout_tx_strn_cooked(const char *str, size_t len);

mp_uint_t __wrap_mp_hal_stdout_tx_strn(const char *str, size_t len) {
    int errcode = 0;
    if (!upyos_capture(str, len, &errcode)) {
        return __real_mp_hal_stdout_tx_strn(str, len);
    }
    if (errcode != 0) {
        mp_raise_OSError(errcode);
    }
    return len;
}

// Caught before LF becomes CR LF: a target gets the exact bytes.
void __wrap_mp_hal_stdout_tx_strn_cooked(const char *str, size_t len) {
    int errcode = 0;
    if (!upyos_capture(str, len, &errcode)) {
        __real_mp_hal_stdout_tx_strn_cooked(str, len);
    } else if (errcode != 0) {
        mp_raise_OSError(errcode);
    }
}

#endif

// redirect(stream or None) -> the stream before, or None
static mp_obj_t upyos_redirect(mp_obj_t stream) {
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
static MP_DEFINE_CONST_FUN_OBJ_1(upyos_redirect_obj, upyos_redirect);

/******************************************************************************/
// The terminal: keys, interrupts, injection

#define UPYOS_CTRL_C (3)
#define UPYOS_CTRL_D (4)

#if defined(__unix__)

static struct termios upyos_termios_before;
static bool upyos_termios_saved;

// Bytes that were injected and not yet read.
static uint8_t upyos_injected[256];
static size_t upyos_injected_in, upyos_injected_out;
// Set while Ctrl-C is a key, not a signal.
static bool upyos_tty_raw;

static void upyos_termios_restore(void) {
    tcsetattr(STDIN_FILENO, TCSANOW, &upyos_termios_before);
}

// Neither mode echoes or waits for whole lines: a board's terminal does not either.
static void upyos_set_raw(bool raw) {
    struct termios t;
    upyos_tty_raw = raw;
    if (tcgetattr(STDIN_FILENO, &t) != 0) {
        return; // not a terminal
    }
    if (!upyos_termios_saved) {
        upyos_termios_before = t;
        upyos_termios_saved = true;
        atexit(upyos_termios_restore);
    }
    t.c_iflag &= ~(ICRNL | IXON);
    t.c_lflag &= ~(ICANON | ECHO | IEXTEN | ISIG);
    t.c_lflag |= raw ? 0 : ISIG;
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &t); // NOW keeps what was typed ahead
}

static void upyos_set_interrupt(bool on) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    pthread_sigmask(on ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL);
}

static void upyos_inject_byte(uint8_t c) {
    if (c == UPYOS_CTRL_C && !upyos_tty_raw) {
        mp_sched_keyboard_interrupt();
        return;
    }
    if (upyos_injected_in - upyos_injected_out == sizeof(upyos_injected)) {
        mp_raise_OSError(MP_EAGAIN);
    }
    upyos_injected[upyos_injected_in++ % sizeof(upyos_injected)] = c;
}

// One byte of standard input. Its end reads as Ctrl-D once; whoever reads on has lost the terminal.
static int upyos_read_stdin(void) {
    static bool ended;
    uint8_t c;
    ssize_t n;
    MP_HAL_RETRY_SYSCALL(n, read(STDIN_FILENO, &c, 1), {});
    if (n == 1) {
        return c;
    }
    if (ended) {
        exit(0);
    }
    ended = true;
    return UPYOS_CTRL_D;
}

static int upyos_wait_key(mp_int_t wait_ms) {
    mp_uint_t start_ms = mp_hal_ticks_ms();
    for (;;) {
        mp_handle_pending(true);
        if (upyos_injected_in != upyos_injected_out) {
            return upyos_injected[upyos_injected_out++ % sizeof(upyos_injected)];
        }
        mp_int_t left_ms = -1;
        if (wait_ms >= 0) {
            left_ms = wait_ms - (mp_int_t)(mp_hal_ticks_ms() - start_ms);
            left_ms = left_ms < 0 ? 0 : left_ms;
        }
        struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };
        MP_THREAD_GIL_EXIT();
        int n = poll(&pfd, 1, left_ms);
        MP_THREAD_GIL_ENTER();
        if (n > 0) {
            return upyos_read_stdin();
        }
        if (n == 0) {
            return -1;
        }
    }
}

#else

// An interrupt character that arrived while it was off acts now; what was typed after it stays.
static void upyos_interrupt_if_typed(void) {
    mp_uint_t atomic_state = MICROPY_BEGIN_ATOMIC_SECTION();
    size_t i = stdin_ringbuf.iget;
    bool found = false;
    while (i != stdin_ringbuf.iput) {
        bool hit = stdin_ringbuf.buf[i] == UPYOS_CTRL_C;
        i = (i + 1) % stdin_ringbuf.size;
        if (hit) {
            stdin_ringbuf.iget = i;
            found = true;
        }
    }
    MICROPY_END_ATOMIC_SECTION(atomic_state);
    if (found) {
        mp_sched_keyboard_interrupt();
    }
}

static void upyos_set_raw(bool raw) {
    mp_hal_set_interrupt_char(raw ? -1 : UPYOS_CTRL_C);
    if (!raw) {
        upyos_interrupt_if_typed();
    }
}

static void upyos_set_interrupt(bool on) {
    static int before = -1;
    if (!on) {
        before = mp_interrupt_char;
        mp_hal_set_interrupt_char(-1);
    } else if (before == UPYOS_CTRL_C) {
        upyos_set_raw(false);
    }
}

static void upyos_inject_byte(uint8_t c) {
    if (c == mp_interrupt_char) {
        mp_sched_keyboard_interrupt();
    } else if (ringbuf_put(&stdin_ringbuf, c) < 0) {
        mp_raise_OSError(MP_EAGAIN);
    }
}

static int upyos_wait_key(mp_int_t wait_ms) {
    mp_uint_t start_ms = mp_hal_ticks_ms();
    while (!(mp_hal_stdio_poll(MP_STREAM_POLL_RD) & MP_STREAM_POLL_RD) && ringbuf_peek(&stdin_ringbuf) < 0) {
        mp_int_t elapsed_ms = mp_hal_ticks_ms() - start_ms;
        if (wait_ms < 0) {
            mp_event_wait_indefinite();
        } else if (elapsed_ms < wait_ms) {
            mp_event_wait_ms(wait_ms - elapsed_ms);
        } else {
            return -1;
        }
    }
    return mp_hal_stdin_rx_chr();
}

#endif

// Put off Ctrl-C; calls may be nested. It acts when the last one lets go.
static size_t upyos_holds;

static void upyos_hold_interrupt(bool hold) {
    if (hold && upyos_holds++ == 0) {
        upyos_set_interrupt(false);
    } else if (!hold && upyos_holds != 0 && --upyos_holds == 0) {
        upyos_set_interrupt(true);
    }
}

// key(wait_ms) -> the next byte from the terminal, or -1 when none came; wait_ms < 0 waits for ever
static mp_obj_t upyos_key(mp_obj_t wait_ms) {
    return MP_OBJ_NEW_SMALL_INT(upyos_wait_key(mp_obj_get_int(wait_ms)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(upyos_key_obj, upyos_key);

// tty(raw): Ctrl-C is a key if raw, else it interrupts, also when it was typed meanwhile
static mp_obj_t upyos_tty(mp_obj_t raw) {
    upyos_set_raw(mp_obj_is_true(raw));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(upyos_tty_obj, upyos_tty);

// hold(on): put off Ctrl-C while background tasks run, so that it meets the foreground program
static mp_obj_t upyos_hold(mp_obj_t on) {
    upyos_hold_interrupt(mp_obj_is_true(on));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(upyos_hold_obj, upyos_hold);

// inject(bytes): as if typed; OSError(EAGAIN) when the input buffer is full
static mp_obj_t upyos_inject(mp_obj_t data) {
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(data, &bufinfo, MP_BUFFER_READ);
    for (size_t i = 0; i < bufinfo.len; ++i) {
        upyos_inject_byte(((uint8_t *)bufinfo.buf)[i]);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(upyos_inject_obj, upyos_inject);

// raw_repl() -> True if the REPL that follows main.py will be the raw one
static mp_obj_t upyos_raw_repl(void) {
    #if defined(__unix__)
    return mp_const_false;
    #else
    pyexec_mode_kind = PYEXEC_MODE_RAW_REPL;
    return mp_const_true;
    #endif
}
static MP_DEFINE_CONST_FUN_OBJ_0(upyos_raw_repl_obj, upyos_raw_repl);

#if defined(__unix__)
// leave(status): end the host process, whatever -i says
static mp_obj_t upyos_leave(mp_obj_t status) {
    exit(mp_obj_get_int(status));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(upyos_leave_obj, upyos_leave);
#endif

/******************************************************************************/
// The flash
//
// Nothing may run in the middle of a file system call: not a background task,
// which would enter the file system a second time, and not Ctrl-C, which would
// leave it half done in memory.

typedef struct _upyos_flash_obj_t {
    mp_obj_base_t base;
    #if defined(__unix__)
    int fd;
    #else
    mp_obj_t bdev;
    #endif
} upyos_flash_obj_t;

// Nesting of flash operations that run events.
static size_t upyos_flash_calls;

// busy() -> True in the middle of a flash operation: the caller is a scheduled function then
static mp_obj_t upyos_busy(void) {
    return mp_obj_new_bool(upyos_flash_calls != 0);
}
static MP_DEFINE_CONST_FUN_OBJ_0(upyos_busy_obj, upyos_busy);

#if defined(__unix__)

// The file of the host that stands for the flash. In C and with the GIL held
// all the time, so that no other thread gets into the file system meanwhile.
#define UPYOS_FLASH_BLOCK_BYTES (4096)

static mp_obj_t upyos_flash_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    upyos_flash_obj_t *self = mp_obj_malloc(upyos_flash_obj_t, type);
    self->fd = open(mp_obj_str_get_str(args[0]), O_RDWR);
    if (self->fd < 0) {
        mp_raise_OSError(errno);
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t upyos_flash_transfer(size_t n_args, const mp_obj_t *args, bool writes) {
    upyos_flash_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    off_t off = (off_t)mp_obj_get_int(args[1]) * UPYOS_FLASH_BLOCK_BYTES;
    off += n_args > 3 ? mp_obj_get_int(args[3]) : 0;
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(args[2], &bufinfo, writes ? MP_BUFFER_READ : MP_BUFFER_WRITE);
    ssize_t n = writes ? pwrite(self->fd, bufinfo.buf, bufinfo.len, off) : pread(self->fd, bufinfo.buf, bufinfo.len, off);
    return MP_OBJ_NEW_SMALL_INT(n == (ssize_t)bufinfo.len ? 0 : -MP_EIO);
}

static mp_obj_t upyos_flash_readblocks(size_t n_args, const mp_obj_t *args) {
    return upyos_flash_transfer(n_args, args, false);
}

static mp_obj_t upyos_flash_writeblocks(size_t n_args, const mp_obj_t *args) {
    return upyos_flash_transfer(n_args, args, true);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_flash_readblocks_obj, 3, 4, upyos_flash_readblocks);

static mp_obj_t upyos_flash_erase(int fd, off_t off) {
    char erased[UPYOS_FLASH_BLOCK_BYTES];
    memset(erased, 0xff, sizeof(erased));
    return MP_OBJ_NEW_SMALL_INT(pwrite(fd, erased, sizeof(erased), off) == sizeof(erased) ? 0 : -MP_EIO);
}

static mp_obj_t upyos_flash_ioctl(size_t n_args, const mp_obj_t *args) {
    upyos_flash_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    switch (mp_obj_get_int(args[1])) {
        case MP_BLOCKDEV_IOCTL_INIT:
        case MP_BLOCKDEV_IOCTL_DEINIT:
        case MP_BLOCKDEV_IOCTL_SYNC:
            return MP_OBJ_NEW_SMALL_INT(0);
        case MP_BLOCKDEV_IOCTL_BLOCK_COUNT:
            return MP_OBJ_NEW_SMALL_INT(lseek(self->fd, 0, SEEK_END) / UPYOS_FLASH_BLOCK_BYTES);
        case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
            return MP_OBJ_NEW_SMALL_INT(UPYOS_FLASH_BLOCK_BYTES);
        case MP_BLOCKDEV_IOCTL_BLOCK_ERASE:
            return upyos_flash_erase(self->fd, (off_t)mp_obj_get_int(args[2]) * UPYOS_FLASH_BLOCK_BYTES);
        default:
            return mp_const_none;
    }
}

#else

static mp_obj_t upyos_flash_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    upyos_flash_obj_t *self = mp_obj_malloc(upyos_flash_obj_t, type);
    self->bdev = args[0];
    return MP_OBJ_FROM_PTR(self);
}

// Call a method of the port's block device, which runs events between its
// steps, with Ctrl-C put off and background tasks told to stay out.
static mp_obj_t upyos_flash_call(qstr method, size_t n_args, const mp_obj_t *args) {
    upyos_flash_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_obj_t call[5];
    mp_load_method(self->bdev, method, call);
    memcpy(&call[2], &args[1], (n_args - 1) * sizeof(mp_obj_t));
    bool main_thread = mp_thread_is_main_thread();
    mp_obj_t pending = MP_OBJ_NULL;
    if (main_thread) {
        upyos_hold_interrupt(true);
        pending = MP_STATE_MAIN_THREAD(mp_pending_exception);
        MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_NULL;
    }
    ++upyos_flash_calls;
    mp_obj_t result = MP_OBJ_NULL;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        result = mp_call_method_n_kw(n_args - 1, 0, call);
        nlr_pop();
    }
    --upyos_flash_calls;
    if (main_thread) {
        if (pending != MP_OBJ_NULL) {
            mp_sched_exception(pending);
        }
        upyos_hold_interrupt(false);
    }
    if (result == MP_OBJ_NULL) {
        nlr_jump(nlr.ret_val);
    }
    return result;
}

static mp_obj_t upyos_flash_writeblocks(size_t n_args, const mp_obj_t *args) {
    return upyos_flash_call(MP_QSTR_writeblocks, n_args, args);
}

static mp_obj_t upyos_flash_ioctl(size_t n_args, const mp_obj_t *args) {
    return upyos_flash_call(MP_QSTR_ioctl, n_args, args);
}

// Reading runs no events: who asks for readblocks gets that of the port.
static void upyos_flash_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    upyos_flash_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] == MP_OBJ_NULL) {
        if (attr == MP_QSTR_readblocks) {
            mp_load_method(self->bdev, attr, dest);
        } else {
            dest[1] = MP_OBJ_SENTINEL;
        }
    }
}

#endif

static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_flash_writeblocks_obj, 3, 4, upyos_flash_writeblocks);
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_flash_ioctl_obj, 3, 3, upyos_flash_ioctl);

static const mp_rom_map_elem_t upyos_flash_locals_table[] = {
    #if defined(__unix__)
    { MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&upyos_flash_readblocks_obj) },
    #endif
    { MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&upyos_flash_writeblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&upyos_flash_ioctl_obj) },
};
static MP_DEFINE_CONST_DICT(upyos_flash_locals, upyos_flash_locals_table);

// Flash(path) on unix, Flash(block device) elsewhere
static MP_DEFINE_CONST_OBJ_TYPE(
    upyos_flash_type,
    MP_QSTR_Flash,
    MP_TYPE_FLAG_NONE,
    make_new, upyos_flash_make_new,
    #if !defined(__unix__)
    attr, upyos_flash_attr,
    #endif
    locals_dict, &upyos_flash_locals
    );

/******************************************************************************/
// The timer behind background tasks
//
// The port's timer calls tick, a function in flash: the scheduler's queue keeps
// what it called last, and a Python function there would keep all of its module.

MP_REGISTER_ROOT_POINTER(mp_obj_t upyos_tick_callback);

#if defined(__unix__)
static volatile unsigned upyos_tick_ms;
static volatile bool upyos_tick_queued;
static pthread_t upyos_main_thread;
#endif

// Scheduled on whichever thread has its turn, but meant for the main one.
static mp_obj_t upyos_tick(mp_obj_t arg) {
    #if defined(__unix__)
    if (!mp_thread_is_main_thread()) {
        mp_sched_schedule(arg, arg);
        return mp_const_none;
    }
    upyos_tick_queued = false;
    #else
    (void)arg;
    #endif
    if (MP_STATE_VM(upyos_tick_callback) != MP_OBJ_NULL && upyos_flash_calls == 0) {
        mp_call_function_0(MP_STATE_VM(upyos_tick_callback));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(upyos_tick_obj, upyos_tick);

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
    upyos_main_thread = pthread_self();
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

// on_tick(period_ms, callback): what tick calls, None for nothing. On unix this
// is the timer too; elsewhere machine.Timer calls tick.
static mp_obj_t upyos_on_tick(mp_obj_t period_ms, mp_obj_t callback) {
    bool wanted = callback != mp_const_none;
    MP_STATE_VM(upyos_tick_callback) = wanted ? callback : MP_OBJ_NULL;
    #if defined(__unix__)
    upyos_tick_ms = wanted ? mp_obj_get_int(period_ms) : 0;
    if (wanted) {
        upyos_start_ticking();
    }
    #else
    (void)period_ms;
    #endif
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(upyos_on_tick_obj, upyos_on_tick);

/******************************************************************************/
// The loader

// A module that sys.modules does not know, so that nothing of it stays behind.
static mp_module_context_t *upyos_new_module(mp_obj_t name) {
    mp_module_context_t *context = m_new_obj(mp_module_context_t);
    context->module.base.type = &mp_type_module;
    context->module.globals = MP_OBJ_TO_PTR(mp_obj_new_dict(MICROPY_MODULE_DICT_SIZE));
    memset(&context->constants, 0, sizeof(context->constants));
    mp_obj_dict_store(MP_OBJ_FROM_PTR(context->module.globals), MP_OBJ_NEW_QSTR(MP_QSTR___name__), name);
    return context;
}

static void upyos_run_proto_fun(mp_module_context_t *context, mp_proto_fun_t proto_fun) {
    nlr_jump_callback_node_globals_locals_t ctx;
    ctx.globals = mp_globals_get();
    ctx.locals = mp_locals_get();
    mp_globals_set(context->module.globals);
    mp_locals_set(context->module.globals);
    nlr_push_jump_callback(&ctx.callback, mp_globals_locals_set_from_nlr_jump_callback);
    mp_call_function_0(mp_make_function_from_proto_fun(proto_fun, context, NULL));
    nlr_pop_jump_callback(true);
}

static bool upyos_run_frozen(mp_module_context_t *context, const char *path) {
    int frozen_type;
    void *data;
    if (mp_find_frozen_module(path, &frozen_type, &data) != MP_IMPORT_STAT_FILE || frozen_type != MP_FROZEN_MPY) {
        return false;
    }
    const mp_frozen_module_t *frozen = data;
    context->constants = frozen->constants;
    upyos_run_proto_fun(context, frozen->proto_fun);
    return true;
}

static void upyos_run_file(mp_module_context_t *context, const char *path, size_t len) {
    qstr file = qstr_from_strn(path, len);
    mp_obj_dict_store(MP_OBJ_FROM_PTR(context->module.globals), MP_OBJ_NEW_QSTR(MP_QSTR___file__), MP_OBJ_NEW_QSTR(file));
    if (len > 4 && memcmp(path + len - 4, ".mpy", 4) == 0) {
        mp_compiled_module_t cm = { .context = context };
        mp_raw_code_load_file(file, &cm);
        upyos_run_proto_fun(context, cm.rc);
    } else {
        mp_obj_dict_t *globals = context->module.globals;
        mp_parse_compile_execute(mp_lexer_new_from_file(file), MP_PARSE_FILE_INPUT, globals, globals);
    }
}

// load(path[, name]) -> module. A path that is frozen (no leading slash) runs from flash in place.
static mp_obj_t upyos_load(size_t n_args, const mp_obj_t *args) {
    size_t len;
    const char *path = mp_obj_str_get_data(args[0], &len);
    mp_module_context_t *context = upyos_new_module(args[n_args - 1]);
    if (!upyos_run_frozen(context, path)) {
        upyos_run_file(context, path, len);
    }
    return MP_OBJ_FROM_PTR(&context->module);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_load_obj, 1, 2, upyos_load);

// frozen(path) -> bool
static mp_obj_t upyos_frozen(mp_obj_t path) {
    return mp_obj_new_bool(mp_find_frozen_module(mp_obj_str_get_str(path), NULL, NULL) == MP_IMPORT_STAT_FILE);
}
static MP_DEFINE_CONST_FUN_OBJ_1(upyos_frozen_obj, upyos_frozen);

/******************************************************************************/

extern const mp_obj_module_t upyos_module;

// At the first import after a (soft) reset: the old heap's streams are gone.
static mp_obj_t upyos_init(void) {
    // A built-in module is initialised again at every import that does not find it in sys.modules.
    mp_obj_dict_store(MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_loaded_modules_dict)), MP_OBJ_NEW_QSTR(MP_QSTR__upyos), MP_OBJ_FROM_PTR(&upyos_module));
    upyos_targets_used = 0;
    upyos_holds = 0;
    upyos_flash_calls = 0;
    MP_STATE_VM(upyos_tick_callback) = MP_OBJ_NULL;
    for (size_t i = 0; i < UPYOS_TARGETS; ++i) {
        MP_STATE_VM(upyos_target)[i] = MP_OBJ_NULL;
        upyos_owner[i] = NULL;
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(upyos_init_obj, upyos_init);

// changes.c, frozen.c, heap.c, span.c
extern const mp_obj_fun_builtin_fixed_t upyos_changes_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_command_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_entries_obj;
#if !defined(__unix__)
extern const mp_obj_fun_builtin_fixed_t upyos_leave_obj;
#endif
extern const mp_obj_fun_builtin_fixed_t upyos_heap_obj;
extern const mp_obj_fun_builtin_var_t upyos_span_obj;

static const mp_rom_map_elem_t upyos_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__upyos) },
    { MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&upyos_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_redirect), MP_ROM_PTR(&upyos_redirect_obj) },
    { MP_ROM_QSTR(MP_QSTR_key), MP_ROM_PTR(&upyos_key_obj) },
    { MP_ROM_QSTR(MP_QSTR_tty), MP_ROM_PTR(&upyos_tty_obj) },
    { MP_ROM_QSTR(MP_QSTR_hold), MP_ROM_PTR(&upyos_hold_obj) },
    { MP_ROM_QSTR(MP_QSTR_inject), MP_ROM_PTR(&upyos_inject_obj) },
    { MP_ROM_QSTR(MP_QSTR_raw_repl), MP_ROM_PTR(&upyos_raw_repl_obj) },
    { MP_ROM_QSTR(MP_QSTR_leave), MP_ROM_PTR(&upyos_leave_obj) },
    { MP_ROM_QSTR(MP_QSTR_Flash), MP_ROM_PTR(&upyos_flash_type) },
    { MP_ROM_QSTR(MP_QSTR_on_tick), MP_ROM_PTR(&upyos_on_tick_obj) },
    { MP_ROM_QSTR(MP_QSTR_tick), MP_ROM_PTR(&upyos_tick_obj) },
    { MP_ROM_QSTR(MP_QSTR_busy), MP_ROM_PTR(&upyos_busy_obj) },
    { MP_ROM_QSTR(MP_QSTR_load), MP_ROM_PTR(&upyos_load_obj) },
    { MP_ROM_QSTR(MP_QSTR_frozen), MP_ROM_PTR(&upyos_frozen_obj) },
    { MP_ROM_QSTR(MP_QSTR_changes), MP_ROM_PTR(&upyos_changes_obj) },
    { MP_ROM_QSTR(MP_QSTR_entries), MP_ROM_PTR(&upyos_entries_obj) },
    { MP_ROM_QSTR(MP_QSTR_command), MP_ROM_PTR(&upyos_command_obj) },
    { MP_ROM_QSTR(MP_QSTR_heap), MP_ROM_PTR(&upyos_heap_obj) },
    { MP_ROM_QSTR(MP_QSTR_span), MP_ROM_PTR(&upyos_span_obj) },
};
static MP_DEFINE_CONST_DICT(upyos_globals, upyos_globals_table);

const mp_obj_module_t upyos_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&upyos_globals,
};
MP_REGISTER_MODULE(MP_QSTR__upyos, upyos_module);
