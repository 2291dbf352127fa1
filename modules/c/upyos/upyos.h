// SPDX-License-Identifier: MIT
//
// What the files of the module _upyos share.
#ifndef MODULES_C_UPYOS_H
#define MODULES_C_UPYOS_H

#include "py/mpstate.h"
#include "py/obj.h"

#if MICROPY_PY_THREAD
#define upyos_on_main() mp_thread_is_main_thread()
#else
#define upyos_on_main() (true)
#endif

// console.c
extern const mp_obj_fun_builtin_fixed_t upyos_redirect_obj;
mp_obj_t upyos_redirect(mp_obj_t stream);
void upyos_console_init(void);

// terminal.c; leave for a process is in terminal_unix.c, for boards in leave.c
extern const mp_obj_fun_builtin_fixed_t upyos_key_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_typed_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_lost_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_tty_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_hold_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_inject_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_raw_repl_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_leave_obj;
void upyos_terminal_init(void);
// Put off Ctrl-C; calls may be nested. It acts when the last one lets go.
void upyos_hold_interrupt(bool hold);
size_t upyos_get_holds(void);
void upyos_set_holds(size_t holds);
// While it is put off for too long: whether it was typed; the end of that; let it act all the same.
bool upyos_interrupt_typed(void);
void upyos_interrupt_disarm(void);
void upyos_interrupt_now(void);
// A program begins or ends; raise Ctrl-C if the user insists.
void upyos_interrupt_program(bool begins);
void upyos_interrupt_insist(void);

// held.c, on UNIX and RP2 chips with Arm cores
#if defined(__unix__) || (defined(PICO_BOARD) || defined(PICO_RP2040) || defined(PICO_RP2350)) && !defined(__riscv)
#define UPYOS_HELD (1)
// Hold the program in the foreground if Ctrl-Z was typed, and if it may be held just now: returns when it goes on.
bool upyos_held_now(bool typed);
#else
static inline bool upyos_held_now(bool typed) {
    (void)typed;
    return false;
}
#endif

// started.c
extern const mp_obj_fun_builtin_fixed_t upyos_started_obj;
void upyos_started_init(void);
// How long to wait for a key at most, of wait_ms, so that it is seen when the start is good; what came then.
mp_int_t upyos_started_wait(mp_int_t wait_ms);
void upyos_started_key(int key);

// step.c
extern const mp_obj_fun_builtin_var_t upyos_step_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_acquire_obj;
bool upyos_in_step(void);
void upyos_step_watch(void);
void upyos_step_look(void);
void upyos_step_init(void);
extern volatile uint32_t upyos_callback_us;
extern volatile bool upyos_callback_is_due;
void upyos_callback_look(void);
// The callback that ran has left Python by an exception.
bool upyos_callback_has_ended(void);
// In an interrupt or a signal: a callback runs, and has for a moment.
static inline void upyos_callback_due(void) {
    if (MP_STATE_MAIN_THREAD(mp_pending_exception) == MP_OBJ_NULL) {
        upyos_callback_is_due = true;
        MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_kbd_exception));
    }
}
// The main thread waits for a lock of the system.
extern bool upyos_plain_lock;

// unhandled.c
// A function of a module in Python, which is imported.
mp_obj_t upyos_function(const char *name, qstr function);
// asyncio has just been loaded.
void upyos_watch_tasks(void);
#if MICROPY_PY_THREAD
// The calling thread has left Python by an exception.
bool upyos_thread_has_ended(void);
#else
#define upyos_thread_has_ended() (false)
#endif

// flash.c, on unix
extern const mp_obj_type_t upyos_flash_type;

// changes.c
extern const mp_obj_fun_builtin_fixed_t upyos_changes_obj;
// Writes to any block device since the start.
extern mp_uint_t upyos_writes;

// blockdev.c
// Calls of block devices that have not returned: nothing else may run.
extern size_t upyos_blockdev_calls;

// cores.c, where both cores run Python and the port has no GIL
#if MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL
// Let the other core have the interpreter if it waits for it.
void upyos_cores_look(bool raise);
// After a program that left them off.
void upyos_cores_interrupts_on(void);
// By core: it must turn its interrupts on.
extern volatile bool upyos_cores_forced[2];
#else
#define upyos_cores_look(raise)
#define upyos_cores_interrupts_on()
#endif

// masked.c, on RP2 chips with Arm cores
#if (defined(PICO_RP2040) || defined(PICO_RP2350)) && MICROPY_PY_THREAD && !defined(__riscv)
void upyos_masked_init(void);
void upyos_masked_watch(bool on);
void upyos_masked_again(bool again);
#else
#define upyos_masked_init()
#define upyos_masked_watch(on)
#define upyos_masked_again(again)
#endif

// tick.c
extern const mp_obj_fun_builtin_fixed_t upyos_tick_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_on_tick_obj;
void upyos_tick_init(void);
// Have tasks looked at as soon as what runs now allows it, not only when the timer does.
void upyos_tick_now(void);
#if defined(__unix__)
extern int upyos_wake_fd;
extern volatile bool upyos_prompting;
struct pollfd;
int upyos_poll_key(struct pollfd *key, int wait_ms);
void upyos_tick_at_key(void);
void upyos_hear(int fd);
void upyos_before_close(void);
void upyos_tick_after_step(void);
#endif
#if MICROPY_PY_THREAD_GIL
// On the main thread: schedule what another thread was given.
void upyos_tick_look(void);
#else
#define upyos_tick_look()
#endif

// mirror.c: further places for what the console shows
extern const mp_obj_type_t upyos_mirror_type;
extern const mp_obj_fun_builtin_fixed_t upyos_mirror_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_room_obj;
void upyos_mirror_init(void);
void upyos_mirror_write(const char *data, size_t len);

// host.c, on unix
extern const mp_obj_fun_builtin_fixed_t upyos_interfaces_obj;

// esp.c
#if defined(CONFIG_IDF_TARGET)
// Have tick called every period_ms; 0 stops.
void upyos_esp_tick(mp_uint_t period_ms);
void upyos_esp_tick_soon(void);
void upyos_esp_tick_init(void);
#endif

// load.c
// Take a module out of sys.modules, and out of its package.
void upyos_unload_one(mp_map_t *modules, mp_obj_t name);
// The last point of a name, or NULL.
const char *upyos_last_point(const char *text);
extern const mp_obj_fun_builtin_var_t upyos_load_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_frozen_obj;
extern const mp_obj_fun_builtin_var_t upyos_unload_obj;
// Run the frozen module at a path as this module; false if there is none.
struct _mp_module_context_t;
bool upyos_run_frozen(struct _mp_module_context_t *context, const char *path);

// cells.c, search.c: text on a screen, text in text
extern const mp_obj_fun_builtin_var_t upyos_cells_obj;
extern const mp_obj_fun_builtin_var_t upyos_shown_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_search_obj;

// mend.c: sys.stdin and others are open again
#if defined(__unix__)
void upyos_mend_streams(void);
#else
#define upyos_mend_streams()
#endif

// frozen.c, heap.c, keep.c, listing.c, mend.c, near.c, pattern.c, rescue.c, sort.c, span.c, text.c
extern const mp_obj_fun_builtin_fixed_t upyos_rescue_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_command_obj;
extern const mp_obj_fun_builtin_var_t upyos_entries_obj;
extern const mp_obj_fun_builtin_var_t upyos_near_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_heap_obj;
extern const mp_obj_fun_builtin_var_t upyos_headroom_obj;
extern const mp_obj_fun_builtin_var_t upyos_keep_obj;
extern const mp_obj_fun_builtin_var_t upyos_mend_obj;
extern const mp_obj_fun_builtin_var_t upyos_sort_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_line_at_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_rows_obj;
extern const mp_obj_fun_builtin_var_t upyos_span_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_lines_matching_obj;
extern const mp_obj_fun_builtin_var_t upyos_lines_with_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_whole_lines_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_joined_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_count_text_obj;
extern const mp_obj_fun_builtin_var_t upyos_translate_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_cut_obj;

// signed.c
extern const mp_obj_fun_builtin_fixed_t upyos_signed_obj;

// tls.c, where the port has TLS
extern const mp_obj_fun_builtin_fixed_t upyos_greet_obj;
extern const mp_obj_fun_builtin_fixed_t upyos_part_obj;

// ../swap/trial.c, ../pair/trial.c or esp.c, by who starts firmware: at the start of Python; the end of a trial.
void upyos_trial_start(void);
void upyos_trial_end(bool keep_watchdog);
extern const mp_obj_fun_builtin_fixed_t upyos_trial_end_obj;

#endif
