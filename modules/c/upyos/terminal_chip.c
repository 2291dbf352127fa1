// SPDX-License-Identifier: MIT
//
// The terminal of a board: what MicroPython's port puts into stdin_ringbuf.

#if !defined(__unix__)

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/ringbuf.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "shared/runtime/interrupt_char.h"
#include "shared/runtime/pyexec.h"
#include "terminal.h"
#include "upyos.h"

extern ringbuf_t stdin_ringbuf;

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

void upyos_terminal_set_raw(bool raw) {
    mp_hal_set_interrupt_char(raw ? -1 : UPYOS_CTRL_C);
    if (!raw) {
        upyos_interrupt_if_typed();
    }
}

void upyos_terminal_set_interrupt(bool on) {
    static int before = -1;
    if (!on) {
        before = mp_interrupt_char;
        mp_hal_set_interrupt_char(-1);
    } else if (before == UPYOS_CTRL_C) {
        upyos_terminal_set_raw(false);
    }
}

void upyos_terminal_inject_byte(uint8_t c) {
    if (c == mp_interrupt_char) {
        mp_sched_keyboard_interrupt();
    } else if (ringbuf_put(&stdin_ringbuf, c) < 0) {
        mp_raise_OSError(MP_EAGAIN);
    }
}

bool upyos_terminal_has_key(void) {
    return (mp_hal_stdio_poll(MP_STREAM_POLL_RD) & MP_STREAM_POLL_RD) || ringbuf_peek(&stdin_ringbuf) >= 0;
}

int upyos_terminal_wait_key(mp_int_t wait_ms) {
    mp_uint_t start_ms = mp_hal_ticks_ms();
    while (!upyos_terminal_has_key()) {
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

bool upyos_terminal_raw_repl(void) {
    pyexec_mode_kind = PYEXEC_MODE_RAW_REPL;
    return true;
}

#endif
