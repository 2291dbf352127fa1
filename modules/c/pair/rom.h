// SPDX-License-Identifier: MIT
//
// What the files of this folder share.
#ifndef MODULES_C_PAIR_ROM_H
#define MODULES_C_PAIR_ROM_H

#include "pair.h"

// Ask the ROM which slots there are. false: the flash has no partition table of ours.
bool upyos_pair(pair_t *pair);

// Have the ROM start the other slot's image now. It does not return.
void upyos_pair_reboot(const pair_t *pair);

#endif
