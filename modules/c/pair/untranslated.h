// SPDX-License-Identifier: MIT
//
// Included in front of MicroPython's ports/rp2/rp2_flash.c: it reads the file system where XIP_BASE says that the flash is, and on a
// board with a pair of slots that shows the slot which the boot ROM has chosen, and nothing behind it.

#include "hardware/regs/addressmap.h"
#include "hardware/flash.h"
#include "hardware/structs/qmi.h"
#undef XIP_BASE
#define XIP_BASE XIP_NOCACHE_NOALLOC_NOTRANSLATE_BASE
