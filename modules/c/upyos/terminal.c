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

void __real_mp_sched_keyboard_interrupt(void);
void __wrap_mp_sched_keyboard_interrupt(void);

#define UPYOS_CTRL_C (3)
#define UPYOS_CTRL_D (4)
// Garbage in bytes that is left until there is more: two to four commands make so much.
#define UPYOS_GARBAGE_MOST (4096)

// Set while Ctrl-C is a key, not an interrupt.
static bool upyos_tty_raw;

#if defined(__unix__)

ssize_t __real_read(int fd, void *buf, size_t len);
ssize_t __wrap_read(int fd, void *buf, size_t len);

// What is typed is for the prompt and the program in the foreground: to a job sys.stdin is at its end.
ssize_t __wrap_read(int fd, void *buf, size_t len) {
    return fd == STDIN_FILENO && (upyos_in_step() || !upyos_on_main()) ? 0 : __real_read(fd, buf, len);
}

static struct termios upyos_termios_before;
static bool upyos_termios_saved;

// Bytes that were injected and not yet read.
static uint8_t upyos_injected[256];
static size_t upyos_injected_in, upyos_injected_out;
static void upyos_termios_restore(void) {
    tcsetattr(STDIN_FILENO, TCSANOW, &upyos_termios_before);
}

// Neither mode echoes or waits for whole lines: a board's terminal does not either.
static void upyos_set_raw(bool raw) {
    struct termios t;
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

static void upyos_on_sigint(int signum) {
    (void)signum;
    mp_sched_keyboard_interrupt();
}

void __wrap_mp_hal_set_interrupt_char(char c);

// MicroPython's own handler ends the process at a second Ctrl-C, and micropython.kbd_intr(-1) at the first one.
void __wrap_mp_hal_set_interrupt_char(char c) {
    (void)c;
    struct sigaction sa = { .sa_handler = upyos_on_sigint };
    sigaction(SIGINT, &sa, NULL);
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

static bool upyos_has_key(void) {
    struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };
    return upyos_injected_in != upyos_injected_out || poll(&pfd, 1, 0) > 0;
}

static void upyos_put_key(uint8_t c) {
    if (upyos_injected_in - upyos_injected_out < sizeof(upyos_injected)) {
        upyos_injected[upyos_injected_in++ % sizeof(upyos_injected)] = c;
    }
}

// Ctrl-C among what was typed and not read yet: what stands before it goes with it.
static bool upyos_take_interrupt(void) {
    uint8_t c;
    struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };
    while (poll(&pfd, 1, 0) > 0 && __real_read(STDIN_FILENO, &c, 1) == 1) {
        if (upyos_injected_in - upyos_injected_out == sizeof(upyos_injected)) {
            // Nobody reads. What Ctrl-C would drop anyway does not keep it out.
            upyos_injected_out = upyos_injected_in;
        }
        upyos_put_key(c);
    }
    for (size_t i = upyos_injected_in; i != upyos_injected_out; --i) {
        if (upyos_injected[(i - 1) % sizeof(upyos_injected)] == UPYOS_CTRL_C) {
            upyos_injected_out = i;
            return true;
        }
    }
    return false;
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

int __real_mp_hal_stdin_rx_chr(void);
int __wrap_mp_hal_stdin_rx_chr(void);

// What is typed is for the prompt and the program in the foreground: to a job sys.stdin is at its end.
int __wrap_mp_hal_stdin_rx_chr(void) {
    if (upyos_in_step() || !upyos_on_main()) {
        mp_raise_type(&mp_type_EOFError);
    }
    return __real_mp_hal_stdin_rx_chr();
}

void __real_mp_hal_set_interrupt_char(int c);
void __wrap_mp_hal_set_interrupt_char(int c);

static void upyos_set_raw(bool raw) {
    __real_mp_hal_set_interrupt_char(raw ? -1 : UPYOS_CTRL_C);
}

// micropython.kbd_intr: the terminal belongs to the program in the foreground, no job changes it.
void __wrap_mp_hal_set_interrupt_char(int c) {
    if (upyos_on_main() && !upyos_in_step()) {
        __real_mp_hal_set_interrupt_char(c);
    }
}

static void upyos_put_key(uint8_t c) {
    ringbuf_put(&stdin_ringbuf, c);
}

// Ctrl-C among what was typed and not read yet: what stands before it goes with it.
static bool upyos_take_interrupt(void) {
    // The scheduler may be locked, and then nobody else fetches what came.
    mp_hal_stdio_poll(MP_STREAM_POLL_RD);
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
    if (!found && ringbuf_free(&stdin_ringbuf) == 0) {
        // Nobody reads. What Ctrl-C would drop anyway does not keep it out.
        stdin_ringbuf.iget = stdin_ringbuf.iput;
    }
    MICROPY_END_ATOMIC_SECTION(atomic_state);
    return found;
}

static void upyos_inject_byte(uint8_t c) {
    if (c == mp_interrupt_char) {
        mp_sched_keyboard_interrupt();
    } else if (ringbuf_put(&stdin_ringbuf, c) < 0) {
        mp_raise_OSError(MP_EAGAIN);
    }
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

// Ctrl-C is put off while this is not 0.
static size_t upyos_holds;
// It came meanwhile.
static volatile bool upyos_typed;
// It is an interrupt for as long as a step of a job is too long, though it is a key else.
static bool upyos_armed;
// How often it came in a row, for the program that runs; when it came last.
static volatile uint8_t upyos_presses;
static volatile mp_uint_t upyos_press_ms;
static volatile bool upyos_program;

#define UPYOS_INSISTS (3)
#define UPYOS_ROW_MS (1000)

// May be called from an interrupt.
void __wrap_mp_sched_keyboard_interrupt(void) {
    if (upyos_holds != 0) {
        upyos_typed = true;
        return;
    }
    mp_uint_t now_ms = mp_hal_ticks_ms();
    if (now_ms - upyos_press_ms > UPYOS_ROW_MS) {
        upyos_presses = 0;
    }
    upyos_press_ms = now_ms;
    if (upyos_program && upyos_presses < UPYOS_INSISTS) {
        ++upyos_presses;
    }
    __real_mp_sched_keyboard_interrupt();
}

// A program begins or ends: whatever it does with KeyboardInterrupt, three quick ones end it.
void upyos_interrupt_program(bool begins) {
    if (!upyos_on_main() || upyos_holds != 0) {
        return;
    }
    if (upyos_presses >= UPYOS_INSISTS) {
        MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_NULL;
    }
    upyos_program = begins;
    upyos_presses = 0;
}

// Raise it again at every branch and wait of the main thread, so that no handler of the program goes on.
void upyos_interrupt_insist(void) {
    if (upyos_presses >= UPYOS_INSISTS && upyos_holds == 0 && upyos_on_main()) {
        __real_mp_sched_keyboard_interrupt();
        nlr_raise(MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_kbd_exception)));
    }
}

// Put off Ctrl-C; calls may be nested. It acts when the last one lets go.
void upyos_hold_interrupt(bool hold) {
    if (hold) {
        ++upyos_holds;
    } else if (upyos_holds != 0) {
        upyos_set_holds(upyos_holds - 1);
    }
}

size_t upyos_get_holds(void) {
    return upyos_holds;
}

void upyos_set_holds(size_t holds) {
    upyos_holds = holds;
    if (holds == 0 && upyos_typed) {
        upyos_typed = false;
        if (upyos_tty_raw) {
            upyos_put_key(UPYOS_CTRL_C);
        } else {
            mp_sched_keyboard_interrupt();
        }
    }
}

// While Ctrl-C is put off, and for longer than it should be: tell whether it was typed.
bool upyos_interrupt_typed(void) {
    if (!upyos_armed) {
        upyos_armed = true;
        upyos_set_raw(false);
    }
    bool typed = upyos_take_interrupt() || upyos_typed;
    upyos_typed = false;
    return typed;
}

void upyos_interrupt_now(void) {
    __real_mp_sched_keyboard_interrupt();
}

// Ctrl-C is again what it was.
void upyos_interrupt_disarm(void) {
    if (upyos_armed) {
        upyos_armed = false;
        upyos_set_raw(upyos_tty_raw);
    }
}

void upyos_terminal_init(void) {
    upyos_holds = 0;
    upyos_typed = upyos_armed = upyos_program = false;
    upyos_presses = 0;
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
    // A thread may have closed them.
    upyos_mend_streams();
    if (wait_ms != 0) {
        upyos_collect_garbage();
    }
    return MP_OBJ_NEW_SMALL_INT(upyos_wait_key(wait_ms));
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_key_obj, upyos_key);

// tty(raw): Ctrl-C is a key if raw, else it interrupts, also when it was typed meanwhile
static mp_obj_t upyos_tty(mp_obj_t raw) {
    upyos_tty_raw = mp_obj_is_true(raw);
    upyos_set_raw(upyos_tty_raw);
    #if !defined(__unix__)
    if (!upyos_tty_raw && upyos_take_interrupt()) {
        mp_sched_keyboard_interrupt();
    }
    #endif
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_tty_obj, upyos_tty);

// hold(on): put off Ctrl-C while background tasks run, so that it meets the foreground program
static mp_obj_t upyos_hold(mp_obj_t on) {
    upyos_hold_interrupt(mp_obj_is_true(on));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_hold_obj, upyos_hold);

// inject(bytes): as if typed; OSError(EAGAIN) when the input buffer is full
static mp_obj_t upyos_inject(mp_obj_t data) {
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(data, &bufinfo, MP_BUFFER_READ);
    for (size_t i = 0; i < bufinfo.len; ++i) {
        upyos_inject_byte(((uint8_t *)bufinfo.buf)[i]);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_inject_obj, upyos_inject);

// raw_repl() -> True if the REPL that follows main.py will be the raw one
static mp_obj_t upyos_raw_repl(void) {
    #if defined(__unix__)
    return mp_const_false;
    #else
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
