// SPDX-License-Identifier: MIT
//
// A trial that the boot loader has begun, under a watchdog of 8 s: slots/feed.c feeds that.

#include "hardware/structs/watchdog.h"
#include "slots.h"
#include "swap.h"
#include "../upyos/upyos.h"

void upyos_trial_start(void) {
    static bool begun;
    if (begun) {
        return;
    }
    begun = true;
    if (boot_is_on_trial(&upyos_slot_layout)) {
        upyos_feed_begin();
    }
}

// The user may have a watchdog of his own running: it goes on.
void upyos_trial_end(bool keep_watchdog) {
    upyos_feed_end();
    if (!keep_watchdog) {
        hw_clear_bits(&watchdog_hw->ctrl, WATCHDOG_CTRL_ENABLE_BITS);
    }
}
