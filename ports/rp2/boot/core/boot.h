// SPDX-License-Identifier: MIT
//
// What to start

#ifndef UPYOS_BOOT_H
#define UPYOS_BOOT_H

#include "journal.h"

typedef enum {
    // Start what is in the primary slot.
    BOOT_START,
    // Start it under the watchdog: it is on trial.
    BOOT_START_TRIAL,
    // There is no firmware in the primary slot: only the chip's own boot loader is left.
    BOOT_NO_FIRMWARE,
} boot_outcome_t;

// For the boot loader: do what the journal asks for and return what to start. A power cut at any point leaves a
// flash with which this function, called again, goes on; nothing is assumed of RAM.
boot_outcome_t boot_decide(const boot_layout_t *layout);

// The functions below are for the running firmware.

// What boot_request and boot_revert answer.
typedef enum {
    BOOT_OK,
    // A swap is under way, or an image is on trial: confirm or revert it first.
    BOOT_BUSY,
    // The primary slot holds no whole image, or not the one of the record.
    BOOT_BAD_PRIMARY,
    // The secondary slot holds no whole image, or not the one of the record.
    BOOT_BAD_SECONDARY,
    // Both slots hold the same image.
    BOOT_SAME_IMAGE,
    // There is no record to go back by.
    BOOT_NO_RECORD,
} boot_answer_t;

// Ask for a swap (type: BOOT_SWAP_TEST or _PERM) with the image in the secondary slot, which stands one sector
// behind the slot's start. Unless the answer is BOOT_OK nothing has changed. A power cut leaves what was before, or
// the request.
boot_answer_t boot_request(const boot_layout_t *layout, uint32_t type);

// Tell whether the running image is on trial.
bool boot_is_on_trial(const boot_layout_t *layout);

// End the trial: the running image stays. Returns false if none is on trial. One program; a power cut leaves the
// trial, or none.
bool boot_confirm(const boot_layout_t *layout);

// Have the next start go back to the image before. A power cut leaves what was before, or the request.
boot_answer_t boot_revert(const boot_layout_t *layout);

#endif
