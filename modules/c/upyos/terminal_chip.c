// SPDX-License-Identifier: MIT
//
// The terminal of a board: what MicroPython's port puts into stdin_ringbuf.

#if !defined(__unix__)

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/ringbuf.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "shared/runtime/interrupt_char.h"
#include "shared/runtime/pyexec.h"
#include "terminal.h"
#include "upyos.h"

extern ringbuf_t stdin_ringbuf;

// A UART has no flow control. The ports' own buffers, 260 bytes on an ESP32 and 256 on an ESP8266, are full after 22 ms at
// 115,200 baud; to erase a sector of flash takes 45 ms and more, and nobody reads meanwhile.
#if defined(CONFIG_IDF_TARGET)
#define UPYOS_INPUT_BYTES (2048)
#elif defined(__ets__)
// the ESP8266, whose memory is small
#define UPYOS_INPUT_BYTES (512)
#endif

// The ports say nothing when the buffer is full and drop what comes. Set by uart_lost.h on an ESP32, by who reads on an
// ESP8266. With USB it fills up too, but the host waits then.
volatile bool upyos_uart_lost;

void upyos_terminal_start(void) {
    upyos_uart_lost = false;
    #if defined(UPYOS_INPUT_BYTES)
    static uint8_t bytes[UPYOS_INPUT_BYTES];
    mp_uint_t atomic_state = MICROPY_BEGIN_ATOMIC_SECTION();
    if (stdin_ringbuf.buf != bytes) {
        // what was typed meanwhile is less
        size_t count = 0;
        for (int c; (c = ringbuf_get(&stdin_ringbuf)) >= 0;) {
            bytes[count++] = c;
        }
        stdin_ringbuf.buf = bytes;
        stdin_ringbuf.size = sizeof(bytes);
        stdin_ringbuf.iget = 0;
        stdin_ringbuf.iput = count;
    }
    MICROPY_END_ATOMIC_SECTION(atomic_state);
    #endif
}

bool upyos_terminal_lost(void) {
    bool lost = upyos_uart_lost;
    upyos_uart_lost = false;
    return lost;
}

int __real_mp_hal_stdin_rx_chr(void);
int __wrap_mp_hal_stdin_rx_chr(void);

// What is typed is for the prompt and the program in the foreground: to a job sys.stdin is at its end.
static int upyos_rx_chr(void) {
    if (upyos_in_step() || !upyos_on_main()) {
        mp_raise_type(&mp_type_EOFError);
    }
    return __real_mp_hal_stdin_rx_chr();
}

int __wrap_mp_hal_stdin_rx_chr(void) {
    int c;
    do {
        c = upyos_rx_chr();
    } while (c == UPYOS_CTRL_Z && upyos_held_now(true));
    return c;
}

void __real_mp_hal_set_interrupt_char(int c);
void __wrap_mp_hal_set_interrupt_char(int c);

void upyos_terminal_set_raw(bool raw) {
    __real_mp_hal_set_interrupt_char(raw ? -1 : UPYOS_CTRL_C);
}

// micropython.kbd_intr: the terminal belongs to the program in the foreground, no job changes it.
void __wrap_mp_hal_set_interrupt_char(int c) {
    if (upyos_on_main() && !upyos_in_step()) {
        __real_mp_hal_set_interrupt_char(c);
    }
}

void upyos_terminal_put_key(uint8_t c) {
    ringbuf_put(&stdin_ringbuf, c);
}

// A key among what was typed and not read yet: what stands before it goes with it.
static bool upyos_take_typed(uint8_t key) {
    mp_uint_t atomic_state = MICROPY_BEGIN_ATOMIC_SECTION();
    size_t i = stdin_ringbuf.iget;
    bool found = false;
    while (i != stdin_ringbuf.iput) {
        bool hit = stdin_ringbuf.buf[i] == key;
        i = (i + 1) % stdin_ringbuf.size;
        if (hit) {
            stdin_ringbuf.iget = i;
            found = true;
        }
    }
    MICROPY_END_ATOMIC_SECTION(atomic_state);
    return found;
}

// Nobody reads: what Ctrl-C would drop anyway does not keep it out of a full buffer.
bool upyos_terminal_take_interrupt(void) {
    // The scheduler may be locked, and then nobody else fetches what came.
    mp_hal_stdio_poll(MP_STREAM_POLL_RD);
    bool found = upyos_take_typed(UPYOS_CTRL_C);
    mp_uint_t atomic_state = MICROPY_BEGIN_ATOMIC_SECTION();
    if (!found && ringbuf_free(&stdin_ringbuf) == 0) {
        stdin_ringbuf.iget = stdin_ringbuf.iput;
    }
    MICROPY_END_ATOMIC_SECTION(atomic_state);
    return found;
}

#if UPYOS_HELD
bool upyos_terminal_take_stop(void) {
    return stdin_ringbuf.iget != stdin_ringbuf.iput && upyos_take_typed(UPYOS_CTRL_Z);
}
#endif

// A program begins, and may read what was typed ahead: all of it stays.
void upyos_terminal_interrupt_if_typed(void) {
    if (upyos_take_typed(UPYOS_CTRL_C)) {
        mp_sched_keyboard_interrupt();
    }
}

bool upyos_terminal_inject_byte(uint8_t c) {
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
    #if defined(__ets__)
    upyos_uart_lost |= ringbuf_free(&stdin_ringbuf) == 0;
    #endif
    return upyos_rx_chr();
}

int upyos_terminal_read_key(void) {
    if (ringbuf_peek(&stdin_ringbuf) < 0) {
        // It may wait in the buffer of USB.
        mp_hal_stdio_poll(MP_STREAM_POLL_RD);
    }
    mp_uint_t atomic_state = MICROPY_BEGIN_ATOMIC_SECTION();
    int key = ringbuf_get(&stdin_ringbuf);
    MICROPY_END_ATOMIC_SECTION(atomic_state);
    return key;
}

bool upyos_terminal_raw_repl(void) {
    pyexec_mode_kind = PYEXEC_MODE_RAW_REPL;
    return true;
}

#endif
