// SPDX-License-Identifier: MIT
//
// The journal: what was asked for, and how far it has come
//
// Two sectors. A record is one sector: a page that says what is asked for, with a checksum, and pages of marks, a
// byte each: 0xff not yet, 0x00 done. Anything else is a mark that a power cut stopped, and counts as not yet: what
// it stands for is done again, which does no harm. A new record goes into the other sector; the newest sound one
// holds. So a power cut while a record is written leaves the one before.
//
// A bit that a power cut stopped on its way may read as 0 once and as 1 the next time. So what has been read and is
// relied on is programmed once more before anything moves: the request, the last mark of a step, the mark that says
// which way the swap goes.

#ifndef UPYOS_BOOT_JOURNAL_H
#define UPYOS_BOOT_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "image.h"
#include "layout.h"

// MCUboot's names for what a swap is for.
enum {
    // Start the new image on trial; what does not confirm itself is swapped back.
    BOOT_SWAP_TEST = 1,
    // Start it for good.
    BOOT_SWAP_PERM = 2,
};

// Marks that stand once in a record, in the order in which they are usually set.
enum {
    // The slots have changed their content.
    BOOT_MARK_SWAPPED,
    // The new image was started on trial.
    BOOT_MARK_STARTED,
    // It has confirmed itself.
    BOOT_MARK_CONFIRMED,
    // It did not, or the user wants the one before: swap back.
    BOOT_MARK_REVERTING,
    // The slots hold again what they held before.
    BOOT_MARK_REVERTED,
    // Why a record was closed without that, one of:
    // the image in the secondary slot is not whole, or another than the record says;
    BOOT_MARK_BAD_IMAGE,
    // somebody wrote other firmware into the primary slot, which wins;
    BOOT_MARK_OTHER_FIRMWARE,
    // the image to go back to is not whole.
    BOOT_MARK_NO_WAY_BACK,
    // Here the marks of the steps begin: two for each sector there, two for each back.
    BOOT_MARK_STEPS = 256,
};

typedef struct {
    uint32_t magic;
    uint32_t sequence;
    uint32_t type;
    // How many sectors change places.
    uint32_t sectors;
    // What the slots held when the swap was asked for.
    uint8_t primary_hash[BOOT_HASH_BYTES];
    uint8_t secondary_hash[BOOT_HASH_BYTES];
    uint32_t checksum;
} boot_request_t;

typedef struct {
    const boot_layout_t *layout;
    // Offset of the sector of the record.
    uint32_t off_bytes;
    boot_request_t request;
} boot_journal_t;

// Find the newest sound record; false if there is none.
bool boot_journal_open(const boot_layout_t *layout, boot_journal_t *journal);

// Tell whether a mark is set.
bool boot_journal_has(const boot_journal_t *journal, unsigned mark);

// Set a mark: one program of one page.
void boot_journal_set(const boot_journal_t *journal, unsigned mark);

// Program the request once more, as it was read.
void boot_journal_settle(const boot_journal_t *journal);

// Tell whether nothing is left to do: the image confirmed itself, was swapped back, or the record was closed.
bool boot_journal_is_settled(const boot_journal_t *journal);

// Return how many of the marks from first on are set without a gap, at most count.
unsigned boot_journal_steps(const boot_journal_t *journal, unsigned first, unsigned count);

// Write a record into the sector that the newest one is not in. One erase, one program; a power cut in here leaves
// the records before, or this one.
void boot_journal_add(const boot_layout_t *layout, boot_request_t *request);

#endif
