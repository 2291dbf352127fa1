// SPDX-License-Identifier: MIT
//
// The terminal of a process: standard input, and signals.

#if defined(__unix__)

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "terminal.h"
#include "upyos.h"

static struct termios upyos_termios_before;
static bool upyos_termios_saved;

// Bytes that were injected and not yet read.
static uint8_t upyos_injected[256];
static size_t upyos_injected_in, upyos_injected_out;

int __real_poll(struct pollfd *fds, nfds_t count, int timeout);

// Ctrl-Z was typed while it is not a key.
static volatile bool upyos_stop_typed;

static void upyos_termios_restore(void) {
    tcsetattr(STDIN_FILENO, TCSANOW, &upyos_termios_before);
}

// Neither mode echoes or waits for whole lines: a board's terminal does not either.
void upyos_terminal_set_raw(bool raw) {
    struct termios t;
    // One that came as the program ended is not for the next one.
    upyos_stop_typed &= !raw;
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
    t.c_cc[VSUSP] = UPYOS_CTRL_Z;
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &t); // NOW keeps what was typed ahead
}

static void upyos_on_sigint(int signum) {
    (void)signum;
    mp_sched_keyboard_interrupt();
}

// The host's shell is not the one that is meant.
static void upyos_on_sigtstp(int signum) {
    (void)signum;
    upyos_stop_typed = true;
    // The interpreter looks then. Not by the scheduler's lock, which the thread may have.
    if (MP_STATE_VM(sched_state) == MP_SCHED_IDLE) {
        MP_STATE_VM(sched_state) = MP_SCHED_PENDING;
    }
}

bool upyos_terminal_take_stop(void) {
    bool typed = upyos_stop_typed;
    upyos_stop_typed = false;
    return typed;
}

void __wrap_mp_hal_set_interrupt_char(char c);

// MicroPython's own handler ends the process at a second Ctrl-C, and micropython.kbd_intr(-1) at the first one.
void __wrap_mp_hal_set_interrupt_char(char c) {
    (void)c;
    struct sigaction sa = { .sa_handler = upyos_on_sigint };
    sigaction(SIGINT, &sa, NULL);
}

bool upyos_terminal_inject_byte(uint8_t c) {
    if (c == UPYOS_CTRL_C && !upyos_tty_raw) {
        mp_sched_keyboard_interrupt();
        return true;
    }
    if (c == UPYOS_CTRL_Z && !upyos_tty_raw) {
        upyos_on_sigtstp(0);
        return true;
    }
    if (upyos_injected_in - upyos_injected_out == sizeof(upyos_injected)) {
        return false;
    }
    upyos_injected[upyos_injected_in++ % sizeof(upyos_injected)] = c;
    return true;
}

static bool upyos_take_injected(uint8_t *c) {
    if (upyos_injected_in == upyos_injected_out) {
        return false;
    }
    *c = upyos_injected[upyos_injected_out++ % sizeof(upyos_injected)];
    return true;
}

ssize_t __real_read(int fd, void *buf, size_t len);
ssize_t __wrap_read(int fd, void *buf, size_t len);

// What programs read from sys.stdin: Enter, a carriage return as the terminal sends it, ends a line as on a board. What
// is typed is for the prompt and the program in the foreground: to a job sys.stdin is at its end.
ssize_t __wrap_read(int fd, void *buf, size_t len) {
    if (fd != STDIN_FILENO || len == 0) {
        return __real_read(fd, buf, len);
    }
    if (upyos_in_step() || !upyos_on_main()) {
        return 0;
    }
    uint8_t *c = buf;
    ssize_t n = upyos_take_injected(c) ? 1 : __real_read(fd, buf, len);
    for (ssize_t i = 0; i < n; ++i) {
        c[i] = c[i] == '\r' ? '\n' : c[i];
    }
    return n;
}

// One byte of standard input. Its end reads as Ctrl-D once; whoever reads on has lost the terminal.
static int upyos_read_stdin(void) {
    static bool ended;
    uint8_t c;
    ssize_t n;
    MP_HAL_RETRY_SYSCALL(n, __real_read(STDIN_FILENO, &c, 1), {});
    if (n == 1) {
        return c;
    }
    if (ended) {
        exit(0);
    }
    ended = true;
    return UPYOS_CTRL_D;
}

bool upyos_terminal_has_key(void) {
    struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };
    return upyos_injected_in != upyos_injected_out || __real_poll(&pfd, 1, 0) > 0;
}

void upyos_terminal_put_key(uint8_t c) {
    if (upyos_injected_in - upyos_injected_out < sizeof(upyos_injected)) {
        upyos_injected[upyos_injected_in++ % sizeof(upyos_injected)] = c;
    }
}

// Ctrl-C among what was typed and not read yet: what stands before it goes with it.
bool upyos_terminal_take_interrupt(void) {
    uint8_t c;
    struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };
    while (__real_poll(&pfd, 1, 0) > 0 && __real_read(STDIN_FILENO, &c, 1) == 1) {
        if (upyos_injected_in - upyos_injected_out == sizeof(upyos_injected)) {
            // Nobody reads. What Ctrl-C would drop anyway does not keep it out.
            upyos_injected_out = upyos_injected_in;
        }
        upyos_terminal_put_key(c);
    }
    for (size_t i = upyos_injected_in; i != upyos_injected_out; --i) {
        if (upyos_injected[(i - 1) % sizeof(upyos_injected)] == UPYOS_CTRL_C) {
            upyos_injected_out = i;
            return true;
        }
    }
    return false;
}

// Of what was injected: signals do not wait in the input.
void upyos_terminal_interrupt_if_typed(void) {
    for (size_t i = upyos_injected_out; i != upyos_injected_in; ++i) {
        if (upyos_injected[i % sizeof(upyos_injected)] == UPYOS_CTRL_C) {
            upyos_injected_out = i + 1;
            mp_sched_keyboard_interrupt();
        }
    }
}

int upyos_terminal_read_key(void) {
    uint8_t c;
    return upyos_take_injected(&c) ? c : upyos_terminal_has_key() ? upyos_read_stdin() : -1;
}

int upyos_terminal_wait_key(mp_int_t wait_ms) {
    mp_uint_t start_ms = mp_hal_ticks_ms();
    for (;;) {
        // Whatever comes of it need not come back here.
        upyos_prompting = false;
        mp_handle_pending(true);
        uint8_t c;
        if (upyos_take_injected(&c)) {
            return c;
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
        MP_THREAD_GIL_EXIT();
        int n = upyos_poll_key(set, left_ms);
        MP_THREAD_GIL_ENTER();
        if (n > 0 && set[1].revents != 0) {
            upyos_hear(upyos_wake_fd);
        }
        if (n > 0 && set[0].revents != 0) {
            upyos_prompting = false;
            return upyos_read_stdin();
        }
        if (n > 0 && set[1].revents == 0) {
            upyos_tick_at_key();
        }
        if (n == 0) {
            return -1;
        }
    }
}

bool upyos_terminal_raw_repl(void) {
    return false;
}

// leave(status): end the host process, whatever -i says
static mp_obj_t upyos_leave(mp_obj_t status) {
    // as in leave.c
    upyos_console_init();
    exit(mp_obj_get_int(status));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_leave_obj, upyos_leave);

void upyos_terminal_start(void) {
    struct sigaction sa = { .sa_handler = upyos_on_sigtstp };
    sigaction(SIGTSTP, &sa, NULL);
}

bool upyos_terminal_lost(void) {
    return false;
}

#endif
