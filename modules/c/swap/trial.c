// SPDX-License-Identifier: MIT
//
// A trial: how long new firmware may take until it has confirmed itself
//
// The boot loader starts it under a watchdog of 8 s, all that the chip can do. From the start of Python on a timer feeds it
// for TRIAL_S; who has not confirmed by then is reset and swapped back. A hang with interrupts off ends earlier.

#include "hardware/structs/watchdog.h"
#include "pico/time.h"
#include "swap.h"
#include "../upyos/upyos.h"

#define TRIAL_S (90)
// What the counter begins at: 8 s, of which each microsecond takes two (RP2040-E1). The SDK's watchdog_update takes the time of
// its own watchdog_enable, and there was none.
#define LOAD (8000 * 1000 * 2)

// Seconds that are left; 0: no trial, or its end.
static volatile unsigned left;
// It outlives soft resets.
static repeating_timer_t timer;

static bool feed(repeating_timer_t *unused) {
    (void)unused;
    if (left == 0) {
        return false;
    }
    left--;
    watchdog_hw->load = LOAD;
    return true;
}

void upyos_trial_start(void) {
    static bool begun;
    if (begun) {
        return;
    }
    begun = true;
    if (boot_is_on_trial(&upyos_slot_layout)) {
        left = TRIAL_S;
        watchdog_hw->load = LOAD;
        add_repeating_timer_ms(1000, feed, NULL, &timer);
    }
}

// The user may have a watchdog of his own running: it goes on.
void upyos_trial_end(bool keep_watchdog) {
    left = 0;
    if (!keep_watchdog) {
        hw_clear_bits(&watchdog_hw->ctrl, WATCHDOG_CTRL_ENABLE_BITS);
    }
}
