// SPDX-License-Identifier: MIT
//
// The pair of slots that the boot ROM of an RP2350 chooses from: what the running firmware does with it
//
// docs/formats/firmware-swap.md says what stands where, and what the ROM does.

#ifndef UPYOS_PAIR_H
#define UPYOS_PAIR_H

#include "boot.h"
#include "image.h"

// Behind the image: the first sector of an update until it is asked for, and the request.
#define PAIR_TAIL_BYTES (2 * BOOT_SECTOR_BYTES)

typedef struct {
    // Where the slot that runs begins, and the other one; bytes from the start of the flash.
    uint32_t running_off, other_off;
    uint32_t slot_bytes;
    // The region behind that is neither: the files. 0 bytes without one.
    uint32_t files_off, files_bytes;
    // The ROM has started the running one to be tried.
    bool on_trial;
} pair_t;

// Which image: the one that runs, an update, the one before. The other slot holds an update or the one before.
enum { PAIR_RUNNING, PAIR_UPDATE, PAIR_BEFORE };

// What the ROM says of each of `count` partitions, location and flags in turn, with the storage offset of what runs. Returns
// false if that is not one of two slots.
bool pair_find(const uint32_t *words, unsigned count, uint32_t running_off, pair_t *pair);

// Read what an image says about itself; whole: its hash must be right. false if there is none.
bool pair_image(const pair_t *pair, unsigned which, bool whole, boot_image_t *image);

// Where boot_port_read finds that image from now on.
uint32_t pair_look(const pair_t *pair, unsigned which);

// Write sector `number` of an update. The ROM must not see what nobody has checked: the first one is put aside, and its
// place is erased. What is there already is programmed once more and not erased: a power cut while it was written left bits of
// which nobody knows how they read the next time. A power cut leaves a slot that the ROM does not start. Returns false during a
// trial: there stands what to go back to.
bool pair_write(const pair_t *pair, uint32_t number, const uint8_t *sector);

// Ask for the update, or to go back: the next start tries it. See boot.h for the answers. A power cut leaves what was before, or
// the request.
boot_answer_t pair_request(const pair_t *pair);
boot_answer_t pair_revert(const pair_t *pair);

// For each start: tell whether the ROM is to start the other slot, once. A power cut leaves the request, or none.
bool pair_start(const pair_t *pair);

// End the trial: the running image stays. Returns false if none is on trial, or it is to go back.
bool pair_confirm(const pair_t *pair);

// How the last upgrade ended: a bit for each mark (journal.h), -1 if nobody knows.
int pair_marks(const pair_t *pair);

// The port: as boot_port_read, what is in the flash; and the ROM's own buy.
void pair_port_read(uint32_t off_bytes, void *to, size_t size_bytes);
void pair_port_buy(const pair_t *pair);

#endif
