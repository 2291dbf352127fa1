// SPDX-License-Identifier: MIT
//
// The swap: two slots change their content, a sector at a time
//
// The image in the secondary slot stands one sector behind the slot's start. So there is always a free sector where
// the next one of the primary slot can go, and each sector is written once (MCUboot calls this swap using offset):
// there,  from the bottom: primary[i] to secondary[i], then secondary[i + 1] to primary[i];
// back,   from the top:    primary[i] to secondary[i + 1], then secondary[i] to primary[i].
// What a step reads is changed by a later step only, and each step is marked before the next one begins: after a
// power cut the step that was under way is done once more.

#ifndef UPYOS_BOOT_SWAP_H
#define UPYOS_BOOT_SWAP_H

#include "journal.h"

// Return how many steps of the swap, of 2 * sectors, are marked.
unsigned boot_swap_steps(const boot_journal_t *journal, bool back);

// Do the steps that are not marked yet.
void boot_swap(const boot_journal_t *journal, bool back);

#endif
