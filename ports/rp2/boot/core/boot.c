// SPDX-License-Identifier: MIT
//
// What to start

#include <string.h>

#include "boot.h"
#include "port.h"
#include "swap.h"

// What the primary slot holds, going by the hash of its content.
typedef enum {
    HOLDS_NOTHING,
    HOLDS_OLD,
    HOLDS_NEW,
    // Somebody flashed it: it wins over what the journal says.
    HOLDS_OTHER,
} holds_t;

static bool is_hash(const boot_image_t *image, const uint8_t *hash) {
    return memcmp(image->hash, hash, BOOT_HASH_BYTES) == 0;
}

static holds_t primary_holds(const boot_journal_t *journal) {
    boot_image_t image;
    if (!boot_image_is_whole(journal->layout->primary_off, journal->layout->slot_bytes, &image)) {
        return HOLDS_NOTHING;
    }
    if (is_hash(&image, journal->request.primary_hash)) {
        return HOLDS_OLD;
    }
    return is_hash(&image, journal->request.secondary_hash) ? HOLDS_NEW : HOLDS_OTHER;
}

// Tell whether the secondary slot holds that image, as it stands before a swap, or after one.
static bool secondary_holds(const boot_journal_t *journal, bool swapped, const uint8_t *hash) {
    uint32_t off_bytes = journal->layout->secondary_off + (swapped ? 0 : BOOT_SECTOR_BYTES);
    boot_image_t image;
    return boot_image_is_whole(off_bytes, journal->layout->slot_bytes, &image) && is_hash(&image, hash);
}

// Close a record for a reason; return what to start.
static boot_outcome_t closed(const boot_journal_t *journal, unsigned reason) {
    boot_journal_set(journal, reason);
    return BOOT_START;
}

// Swap back to the old image. Without it the new one stays, and if that is not whole nothing can be started until
// somebody flashes the board.
static boot_outcome_t swap_back(const boot_journal_t *journal) {
    holds_t holds = primary_holds(journal);
    if (holds == HOLDS_OTHER) {
        return closed(journal, BOOT_MARK_OTHER_FIRMWARE);
    }
    if (boot_swap_steps(journal, true) == 0) {
        if (holds == HOLDS_OLD) {
            return closed(journal, BOOT_MARK_REVERTED);
        }
        if (!secondary_holds(journal, true, journal->request.primary_hash)) {
            return holds == HOLDS_NEW ? closed(journal, BOOT_MARK_NO_WAY_BACK) : BOOT_NO_FIRMWARE;
        }
    }
    boot_journal_set(journal, BOOT_MARK_REVERTING);
    boot_swap(journal, true);
    return closed(journal, BOOT_MARK_REVERTED);
}

// The slots are swapped, and the new image was not started yet.
static boot_outcome_t first_start(const boot_journal_t *journal) {
    switch (primary_holds(journal)) {
        case HOLDS_NEW:
            break;
        case HOLDS_OTHER:
            return closed(journal, BOOT_MARK_OTHER_FIRMWARE);
        default:
            return swap_back(journal);
    }
    if (journal->request.type == BOOT_SWAP_PERM) {
        return closed(journal, BOOT_MARK_CONFIRMED);
    }
    boot_journal_set(journal, BOOT_MARK_STARTED);
    return BOOT_START_TRIAL;
}

// Swap the new image in and start it. One that is not whole is refused while nothing has moved; where the old one
// was damaged meanwhile (an update by cable that was broken off) the new one takes its place all the same.
static boot_outcome_t swap_in(const boot_journal_t *journal) {
    holds_t holds = primary_holds(journal);
    if (holds == HOLDS_OTHER) {
        return closed(journal, BOOT_MARK_OTHER_FIRMWARE);
    }
    if (boot_swap_steps(journal, false) == 0) {
        // The first step leaves the image in the secondary slot as it is.
        if (!secondary_holds(journal, false, journal->request.secondary_hash)) {
            return holds == HOLDS_OLD ? closed(journal, BOOT_MARK_BAD_IMAGE) : BOOT_NO_FIRMWARE;
        }
        boot_journal_settle(journal);
    }
    boot_swap(journal, false);
    boot_journal_set(journal, BOOT_MARK_SWAPPED);
    return first_start(journal);
}

static boot_outcome_t follow(const boot_journal_t *journal) {
    if (boot_journal_has(journal, BOOT_MARK_REVERTING) || boot_journal_has(journal, BOOT_MARK_STARTED)) {
        return swap_back(journal);
    }
    return boot_journal_has(journal, BOOT_MARK_SWAPPED) ? first_start(journal) : swap_in(journal);
}

boot_outcome_t boot_decide(const boot_layout_t *layout) {
    boot_journal_t journal;
    boot_outcome_t outcome = BOOT_START;
    if (boot_journal_open(layout, &journal) && !boot_journal_is_settled(&journal)) {
        outcome = follow(&journal);
    }
    boot_image_t image;
    if (!boot_image_read(layout->primary_off, layout->slot_bytes, &image)) {
        return BOOT_NO_FIRMWARE;
    }
    return outcome;
}

static uint32_t sectors_of(const boot_image_t *image) {
    return (image->total_bytes + BOOT_SECTOR_BYTES - 1) / BOOT_SECTOR_BYTES;
}

boot_answer_t boot_request(const boot_layout_t *layout, uint32_t type) {
    boot_journal_t journal;
    if (boot_journal_open(layout, &journal) && !boot_journal_is_settled(&journal)
        && boot_journal_has(&journal, BOOT_MARK_SWAPPED)) {
        return BOOT_BUSY;
    }
    boot_image_t primary, secondary;
    if (!boot_image_is_whole(layout->primary_off, layout->slot_bytes, &primary)) {
        return BOOT_BAD_PRIMARY;
    }
    if (!boot_image_is_whole(layout->secondary_off + BOOT_SECTOR_BYTES, layout->slot_bytes, &secondary)) {
        return BOOT_BAD_SECONDARY;
    }
    if (is_hash(&primary, secondary.hash)) {
        return BOOT_SAME_IMAGE;
    }
    boot_request_t request = { .type = type, .sectors = sectors_of(&primary) };
    if (sectors_of(&secondary) > request.sectors) {
        request.sectors = sectors_of(&secondary);
    }
    memcpy(request.primary_hash, primary.hash, BOOT_HASH_BYTES);
    memcpy(request.secondary_hash, secondary.hash, BOOT_HASH_BYTES);
    boot_journal_add(layout, &request);
    return BOOT_OK;
}

bool boot_is_on_trial(const boot_layout_t *layout) {
    boot_journal_t journal;
    return boot_journal_open(layout, &journal) && !boot_journal_is_settled(&journal)
           && boot_journal_has(&journal, BOOT_MARK_STARTED) && !boot_journal_has(&journal, BOOT_MARK_REVERTING);
}

bool boot_confirm(const boot_layout_t *layout) {
    boot_journal_t journal;
    if (!boot_is_on_trial(layout) || !boot_journal_open(layout, &journal)) {
        return false;
    }
    boot_journal_set(&journal, BOOT_MARK_CONFIRMED);
    return true;
}

boot_answer_t boot_revert(const boot_layout_t *layout) {
    boot_journal_t journal;
    if (!boot_journal_open(layout, &journal)
        || (boot_journal_is_settled(&journal) && !boot_journal_has(&journal, BOOT_MARK_CONFIRMED))) {
        return BOOT_NO_RECORD;
    }
    if (boot_journal_has(&journal, BOOT_MARK_REVERTING) || boot_journal_has(&journal, BOOT_MARK_REVERTED)) {
        return BOOT_NO_RECORD;
    }
    if (!boot_journal_has(&journal, BOOT_MARK_SWAPPED)) {
        return BOOT_NO_RECORD;
    }
    if (primary_holds(&journal) != HOLDS_NEW) {
        return BOOT_BAD_PRIMARY;
    }
    if (!secondary_holds(&journal, true, journal.request.primary_hash)) {
        return BOOT_BAD_SECONDARY;
    }
    boot_journal_set(&journal, BOOT_MARK_REVERTING);
    return BOOT_OK;
}
