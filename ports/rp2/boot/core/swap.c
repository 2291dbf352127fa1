// SPDX-License-Identifier: MIT
//
// The swap: two slots change their content, a sector at a time

#include <string.h>

#include "port.h"
#include "swap.h"

// Where a sector comes from, and where it goes: offsets in bytes.
typedef struct {
    uint32_t from_off;
    uint32_t to_off;
} step_t;

static unsigned first_mark(const boot_journal_t *journal, bool back) {
    return BOOT_MARK_STEPS + (back ? 2 * journal->request.sectors : 0);
}

unsigned boot_swap_steps(const boot_journal_t *journal, bool back) {
    return boot_journal_steps(journal, first_mark(journal, back), 2 * journal->request.sectors);
}

static step_t step_of(const boot_journal_t *journal, bool back, unsigned step) {
    unsigned sector = step / 2;
    if (back) {
        sector = journal->request.sectors - 1 - sector;
    }
    uint32_t primary_off = journal->layout->primary_off + sector * BOOT_SECTOR_BYTES;
    uint32_t low_off = journal->layout->secondary_off + sector * BOOT_SECTOR_BYTES;
    uint32_t high_off = low_off + BOOT_SECTOR_BYTES;
    if (step % 2 == 0) {
        return (step_t) { primary_off, back ? high_off : low_off };
    }
    return (step_t) { back ? low_off : high_off, primary_off };
}

static bool is_erased(const uint8_t *page) {
    for (unsigned i = 0; i < BOOT_PAGE_BYTES; i++) {
        if (page[i] != 0xff) {
            return false;
        }
    }
    return true;
}

static bool is_same(step_t step) {
    for (uint32_t at = 0; at < BOOT_SECTOR_BYTES; at += BOOT_PAGE_BYTES) {
        uint8_t from[BOOT_PAGE_BYTES], to[BOOT_PAGE_BYTES];
        boot_port_read(step.from_off + at, from, sizeof(from));
        boot_port_read(step.to_off + at, to, sizeof(to));
        if (memcmp(from, to, sizeof(to)) != 0) {
            return false;
        }
    }
    return true;
}

// Program what is not to be empty; tell whether that is anything.
static bool program(step_t step) {
    bool any = false;
    for (uint32_t at = 0; at < BOOT_SECTOR_BYTES; at += BOOT_PAGE_BYTES) {
        uint8_t page[BOOT_PAGE_BYTES];
        boot_port_read(step.from_off + at, page, sizeof(page));
        if (!is_erased(page)) {
            boot_port_program(step.to_off + at, page);
            any = true;
        }
    }
    return any;
}

static void copy(step_t step) {
    boot_port_erase(step.to_off);
    program(step);
}

// Do once more what seems to be done: bits that a power cut stopped may read as if they had arrived, and not last. What is
// changed already is not changed by that, wherever the power goes: the mark of the step may be such a bit too, and at the next
// start read as set.
static void settle(step_t step) {
    if (!program(step)) {
        boot_port_erase(step.to_off);
    }
}

// The step that was under way is done even if it seems to be, and the mark before it is set once more.
void boot_swap(const boot_journal_t *journal, bool back) {
    unsigned first = first_mark(journal, back);
    unsigned begun = boot_swap_steps(journal, back);
    if (begun > 0) {
        boot_journal_set(journal, first + begun - 1);
    }
    for (unsigned i = begun; i < 2 * journal->request.sectors; i++) {
        step_t step = step_of(journal, back, i);
        if (!is_same(step)) {
            copy(step);
        } else if (i == begun) {
            settle(step);
        }
        boot_journal_set(journal, first + i);
    }
}
