// SPDX-License-Identifier: MIT
//
// The terminal: keys, interrupts, injection, the raw-REPL hand-over.

#include "py/gc.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "upyos.h"

#if defined(__unix__)
#include <poll.h>
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

#define UPYOS_CTRL_C (3)
#define UPYOS_CTRL_D (4)
// Garbage in bytes that is left until there is more: two to four commands make so much.
#define UPYOS_GARBAGE_MOST (4096)

#if defined(__unix__)

int __real_poll(struct pollfd *fds, nfds_t count, int timeout);

static struct termios upyos_termios_before;
static bool upyos_termios_saved;

// Bytes that were injected and not yet read.
static uint8_t upyos_injected[256];
static size_t upyos_injected_in, upyos_injected_out;
// Set while Ctrl-C is a key, not a signal.
static bool upyos_tty_raw;
// Set while Ctrl-C is put off; whether one was injected meanwhile.
static bool upyos_interrupt_off, upyos_interrupt_came;

static void upyos_termios_restore(void) {
    tcsetattr(STDIN_FILENO, TCSANOW, &upyos_termios_before);
}

// An injected Ctrl-C that came while it was a key acts now; what was injected after it stays.
static void upyos_interrupt_if_injected(void) {
    for (size_t i = upyos_injected_out; i != upyos_injected_in; ++i) {
        if (upyos_injected[i % sizeof(upyos_injected)] == UPYOS_CTRL_C) {
            upyos_injected_out = i + 1;
            mp_sched_keyboard_interrupt();
        }
    }
}

// Neither mode echoes or waits for whole lines: a board's terminal does not either.
static void upyos_set_raw(bool raw) {
    struct termios t;
    upyos_tty_raw = raw;
    if (!raw) {
        upyos_interrupt_if_injected();
    }
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
    upyos_interrupt_off = !on;
    if (on && upyos_interrupt_came) {
        upyos_interrupt_came = false;
        mp_sched_keyboard_interrupt();
    }
}

static bool upyos_inject_byte(uint8_t c) {
    if (c == UPYOS_CTRL_C && !upyos_tty_raw) {
        if (upyos_interrupt_off) {
            upyos_interrupt_came = true;
        } else {
            mp_sched_keyboard_interrupt();
        }
        return true;
    }
    if (upyos_injected_in - upyos_injected_out == sizeof(upyos_injected)) {
        return false;
    }
    upyos_injected[upyos_injected_in++ % sizeof(upyos_injected)] = c;
    return true;
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

static bool upyos_has_key(void) {
    struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };
    return upyos_injected_in != upyos_injected_out || __real_poll(&pfd, 1, 0) > 0;
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
        struct pollfd set[] = {
            { .fd = STDIN_FILENO, .events = POLLIN },
            { .fd = upyos_wake_fd, .events = POLLIN },
        };
        upyos_waits_for_key = true;
        MP_THREAD_GIL_EXIT();
        int n = __real_poll(set, 2, left_ms);
        MP_THREAD_GIL_ENTER();
        upyos_waits_for_key = false;
        if (n > 0 && set[1].revents != 0) {
            upyos_hear(upyos_wake_fd);
        }
        if (n > 0 && set[0].revents != 0) {
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

static bool upyos_inject_byte(uint8_t c) {
    if (c == mp_interrupt_char) {
        mp_sched_keyboard_interrupt();
        return true;
    }
    // The interrupt of USB or of a UART puts keys into it too.
    mp_uint_t atomic_state = MICROPY_BEGIN_ATOMIC_SECTION();
    int full = ringbuf_put(&stdin_ringbuf, c);
    MICROPY_END_ATOMIC_SECTION(atomic_state);
    return full >= 0;
}

static bool upyos_has_key(void) {
    return (mp_hal_stdio_poll(MP_STREAM_POLL_RD) & MP_STREAM_POLL_RD) || ringbuf_peek(&stdin_ringbuf) >= 0;
}

static int upyos_wait_key(mp_int_t wait_ms) {
    mp_uint_t start_ms = mp_hal_ticks_ms();
    while (!upyos_has_key()) {
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

void upyos_hold_interrupt(bool hold) {
    if (hold && upyos_holds++ == 0) {
        upyos_set_interrupt(false);
    } else if (!hold && upyos_holds != 0 && --upyos_holds == 0) {
        upyos_set_interrupt(true);
    }
}

void upyos_terminal_init(void) {
    upyos_holds = 0;
}

// Collect while nobody types. What stays then lies together at the bottom of the heap, instead of wherever the free blocks
// were when nearly all of it was garbage, and the next command finds all memory in one piece.
static void upyos_collect_garbage(void) {
    size_t amount = MP_STATE_MEM(gc_alloc_amount) * MICROPY_BYTES_PER_GC_BLOCK;
    if (amount > UPYOS_GARBAGE_MOST && MP_STATE_MEM(gc_auto_collect_enabled) && !upyos_has_key()) {
        gc_collect();
    }
}

// key(wait_ms) -> the next byte from the terminal, or -1 when none came; wait_ms < 0 waits for ever
static mp_obj_t upyos_key(mp_obj_t wait_ms_in) {
    mp_int_t wait_ms = mp_obj_get_int(wait_ms_in);
    if (wait_ms != 0) {
        upyos_collect_garbage();
    }
    return MP_OBJ_NEW_SMALL_INT(upyos_wait_key(wait_ms));
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_key_obj, upyos_key);

// tty(raw): Ctrl-C is a key if raw, else it interrupts, also when it was typed meanwhile
static mp_obj_t upyos_tty(mp_obj_t raw) {
    upyos_set_raw(mp_obj_is_true(raw));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_tty_obj, upyos_tty);

// hold(on): put off Ctrl-C while background tasks run, so that it meets the foreground program
static mp_obj_t upyos_hold(mp_obj_t on) {
    upyos_hold_interrupt(mp_obj_is_true(on));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_hold_obj, upyos_hold);

// inject(bytes) -> how many of them the input buffer took, as if typed
static mp_obj_t upyos_inject(mp_obj_t data) {
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(data, &bufinfo, MP_BUFFER_READ);
    size_t done = 0;
    while (done < bufinfo.len && upyos_inject_byte(((uint8_t *)bufinfo.buf)[done])) {
        done += 1;
    }
    return MP_OBJ_NEW_SMALL_INT(done);
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_inject_obj, upyos_inject);

// raw_repl() -> True if the REPL that follows main.py will be the raw one. Not while the console is mirrored: there is no
// network once the system is left.
static mp_obj_t upyos_raw_repl(void) {
    #if defined(__unix__)
    return mp_const_false;
    #else
    if (MP_STATE_VM(upyos_mirror) != MP_OBJ_NULL) {
        return mp_const_false;
    }
    pyexec_mode_kind = PYEXEC_MODE_RAW_REPL;
    return mp_const_true;
    #endif
}
MP_DEFINE_CONST_FUN_OBJ_0(upyos_raw_repl_obj, upyos_raw_repl);

#if defined(__unix__)
// leave(status): end the host process, whatever -i says
static mp_obj_t upyos_leave(mp_obj_t status) {
    exit(mp_obj_get_int(status));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_leave_obj, upyos_leave);
#endif
