// SPDX-License-Identifier: MIT
//
// What the files of this folder share.
#ifndef MODULES_C_SWAP_H
#define MODULES_C_SWAP_H

#include "boot.h"

extern const boot_layout_t upyos_slot_layout;

#endif
