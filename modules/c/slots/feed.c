// SPDX-License-Identifier: MIT
//
// A trial: how long new firmware may take until it has confirmed itself
//
// It is started under a watchdog of some seconds, all that the chip can do. From the start of Python on a timer feeds that for
// TRIAL_S; who has not confirmed by then is reset, and the firmware before comes back. A hang with interrupts off ends earlier.

#include "hardware/structs/watchdog.h"
#include "pico/time.h"
#include "slots.h"

#define TRIAL_S (90)
// What the counter begins at: 8 s. The SDK's watchdog_update takes the time of its own watchdog_enable, and there was none.
#if PICO_RP2040
// each microsecond takes two (RP2040-E1)
#define LOAD (8000 * 1000 * 2)
#else
#define LOAD (8000 * 1000)
#endif

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

void upyos_feed_begin(void) {
    left = TRIAL_S;
    watchdog_hw->load = LOAD;
    add_repeating_timer_ms(1000, feed, NULL, &timer);
}

void upyos_feed_end(void) {
    left = 0;
}
