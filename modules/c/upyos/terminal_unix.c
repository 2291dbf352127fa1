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
// Set while Ctrl-C is a key, not a signal.
static bool upyos_tty_raw;

static void upyos_termios_restore(void) {
    tcsetattr(STDIN_FILENO, TCSANOW, &upyos_termios_before);
}

// Neither mode echoes or waits for whole lines: a board's terminal does not either.
void upyos_terminal_set_raw(bool raw) {
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

void upyos_terminal_set_interrupt(bool on) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    pthread_sigmask(on ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL);
}

void upyos_terminal_inject_byte(uint8_t c) {
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

bool upyos_terminal_has_key(void) {
    struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };
    return upyos_injected_in != upyos_injected_out || poll(&pfd, 1, 0) > 0;
}

int upyos_terminal_wait_key(mp_int_t wait_ms) {
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

bool upyos_terminal_raw_repl(void) {
    return false;
}

// leave(status): end the host process, whatever -i says
static mp_obj_t upyos_leave(mp_obj_t status) {
    exit(mp_obj_get_int(status));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_leave_obj, upyos_leave);

#endif
