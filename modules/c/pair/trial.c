// SPDX-License-Identifier: MIT
//
// A start on an RP2350: where the files are, whether the other slot is to be started, and how long a trial may take
//
// The ROM starts a trial under a watchdog of 16.7 s, all that the chip can do. From the start of Python on a timer feeds it for
// TRIAL_S; who has not confirmed by then is reset, and the ROM starts the other slot. A hang with interrupts off ends earlier.

#include "py/runtime.h"
#include "hardware/structs/watchdog.h"
#include "modrp2.h"
#include "pico/time.h"
#include "rom.h"
#include "../swap/rp2flash.h"
#include "../upyos/upyos.h"

#define TRIAL_S (90)
// What the counter begins at: 8 s.
#define LOAD (8000 * 1000)

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

// The files lie where the partition table says, and where they were when this was built if it says nothing.
static void find_files(const pair_t *pair) {
    mp_obj_t object = MP_OBJ_TYPE_GET_SLOT(&rp2_flash_type, make_new)(&rp2_flash_type, 0, 0, NULL);
    rp2_flash_obj_t *flash = MP_OBJ_TO_PTR(object);
    if (pair->files_bytes != 0 && pair->files_off + pair->files_bytes <= PICO_FLASH_SIZE_BYTES) {
        flash->flash_base = pair->files_off;
        flash->flash_size = pair->files_bytes;
    }
}

void upyos_trial_start(void) {
    static bool begun;
    pair_t pair;
    if (begun || !upyos_pair(&pair)) {
        return;
    }
    begun = true;
    find_files(&pair);
    if (pair.on_trial) {
        left = TRIAL_S;
        watchdog_hw->load = LOAD;
        add_repeating_timer_ms(1000, feed, NULL, &timer);
    } else if (pair_start(&pair)) {
        upyos_pair_reboot(&pair);
    }
}

// The user may have a watchdog of his own running: it goes on. The ROM's buy has stopped it.
void upyos_trial_end(bool keep_watchdog) {
    left = 0;
    if (keep_watchdog) {
        hw_set_bits(&watchdog_hw->ctrl, WATCHDOG_CTRL_ENABLE_BITS);
    }
}
