// SPDX-License-Identifier: MIT
//
// The ESP32 family: the timer behind background tasks, where its main thread waits, and the end of a trial of new firmware.

// The port's settings bring ESP-IDF's, which the compiler and the scan for names see alike (upyos.c).
#include "py/mpconfig.h"

#if defined(CONFIG_IDF_TARGET)

#include "esp_ota_ops.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "upyos.h"

// One of ESP-IDF's timers, of which there is no end: a C3 has two in hardware, which are left to programs. The node is in the
// scheduler's list once or not at all. A timer of machine would fill the 8 places of its queue while the flash is erased, and
// others' callbacks would be dropped.
static esp_timer_handle_t timer;
static mp_sched_node_t node;

// After a soft reset a tick of the time before may come first: the callback is gone with its heap.
static bool is_loaded(void) {
    return mp_map_lookup(&MP_STATE_VM(mp_loaded_modules_dict).map, MP_OBJ_NEW_QSTR(MP_QSTR__upyos), MP_MAP_LOOKUP) != NULL;
}

static void run(mp_sched_node_t *scheduled) {
    (void)scheduled;
    if (is_loaded()) {
        mp_call_function_1(MP_OBJ_FROM_PTR(&upyos_tick_obj), mp_const_none);
    }
}

// From any thread: have the main one run tick soon.
void upyos_esp_tick_soon(void) {
    mp_sched_schedule_node(&node, run);
    mp_hal_wake_main_task();
}

// Called by ESP-IDF's task for timers.
static void due(void *arg) {
    (void)arg;
    upyos_esp_tick_soon();
}

void upyos_esp_tick(mp_uint_t period_ms) {
    if (timer == NULL) {
        const esp_timer_create_args_t args = { .callback = due, .name = "upyos" };
        if (esp_timer_create(&args, &timer) != ESP_OK) {
            mp_raise_OSError(MP_ENOMEM);
        }
    }
    // an error if it does not run
    esp_timer_stop(timer);
    if (period_ms != 0) {
        esp_timer_start_periodic(timer, (uint64_t)period_ms * 1000);
    }
}

void upyos_esp_tick_init(void) {
    if (timer != NULL) {
        esp_timer_stop(timer);
    }
    // what the scheduler forgot at a soft reset would count as scheduled for ever
    node.callback = NULL;
}

// It is in one file with mp_handle_pending and calls it directly, so nobody would look for a tick that another thread took
// while the main one waits for a key. (blockdev.c has mp_event_wait_ms.)
void __real_mp_event_wait_indefinite(void);
void __wrap_mp_event_wait_indefinite(void);

void __wrap_mp_event_wait_indefinite(void) {
    mp_event_handle_nowait();
    __real_mp_event_wait_indefinite();
}

// ESP-IDF's boot loader starts new firmware once; any reset before it has confirmed itself goes back. Who has not confirmed
// after this time is reset here, in ESP-IDF's task for timers, whatever Python does meanwhile. (With interrupts off it is
// ESP-IDF's watchdog for interrupts that resets.)
#define TRIAL_US (90 * 1000000ull)
// It outlives soft resets.
static esp_timer_handle_t trial;

static void give_up(void *arg) {
    (void)arg;
    esp_restart();
}

void upyos_trial_start(void) {
    esp_ota_img_states_t state;
    if (trial != NULL || esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) != ESP_OK
        || state != ESP_OTA_IMG_PENDING_VERIFY) {
        return;
    }
    const esp_timer_create_args_t args = { .callback = give_up, .name = "trial" };
    if (esp_timer_create(&args, &trial) == ESP_OK) {
        esp_timer_start_once(trial, TRIAL_US);
    }
}

// trial_end(): the running firmware stays
static mp_obj_t upyos_trial_ended(void) {
    if (trial != NULL) {
        // an error if it does not run
        esp_timer_stop(trial);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(upyos_trial_end_obj, upyos_trial_ended);

#endif
