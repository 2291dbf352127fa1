// SPDX-License-Identifier: MIT
//
// A start on an RP2350: where the files are, and whether the other slot is to be started. The ROM has begun a trial under a
// watchdog of 16.7 s: slots/feed.c feeds that.

#include "py/runtime.h"
#include "hardware/structs/watchdog.h"
#include "modrp2.h"
#include "rom.h"
#include "rp2flash.h"
#include "slots.h"
#include "../upyos/upyos.h"

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
        upyos_feed_begin();
    } else if (pair_start(&pair)) {
        upyos_pair_reboot(&pair);
    }
}

// The user may have a watchdog of his own running: it goes on. The ROM's buy has stopped it.
void upyos_trial_end(bool keep_watchdog) {
    upyos_feed_end();
    if (keep_watchdog) {
        hw_set_bits(&watchdog_hw->ctrl, WATCHDOG_CTRL_ENABLE_BITS);
    }
}
