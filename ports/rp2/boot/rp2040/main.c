// SPDX-License-Identifier: MIT
//
// The boot loader of the RP2040
//
// BOOTSEL stays reachable: the chip's boot ROM looks at the button before it comes here.

#include "hardware/structs/scb.h"
#include "hardware/structs/watchdog.h"
#include "hardware/watchdog.h"
#include "pico/binary_info.h"
#include "pico/bootrom.h"

#include "boot.h"
#include "boot_layout.h"
#include "image.h"
#include "port.h"

// The longest time that the chip's watchdog can wait is 8.3 s (RP2040 datasheet, 4.7.2). Firmware on trial that
// does not feed it in this time is swapped back.
#define TRIAL_MS (8000)

// Behind the image's header stands boot2, and behind that the vector table (pico-sdk, memmap_default.ld).
#define BOOT2_BYTES (256)

// picotool reads what stands at the start of the flash: whose it is, and where the files are.
bi_decl(bi_program_name("upyOS boot loader"));
bi_decl(bi_block_device(
    BINARY_INFO_MAKE_TAG('M', 'P'),
    "MicroPython",
    XIP_BASE + UPYOS_BOOT_FILES_OFF,
    PICO_FLASH_SIZE_BYTES - UPYOS_BOOT_FILES_OFF,
    NULL,
    BINARY_INFO_BLOCK_DEV_FLAG_READ | BINARY_INFO_BLOCK_DEV_FLAG_WRITE | BINARY_INFO_BLOCK_DEV_FLAG_PT_UNKNOWN));

static const boot_layout_t layout = UPYOS_BOOT_LAYOUT;

_Static_assert(UPYOS_BOOT_SLOT_BYTES / BOOT_SECTOR_BYTES <= BOOT_SLOT_SECTORS_MOST, "the slots are too large");

// Start the firmware as the boot ROM would: nothing of ours is left but the watchdog of a trial.
static void __attribute__((noreturn)) start(void) {
    const uint32_t *vectors = (const uint32_t *)(XIP_BASE + layout.primary_off + BOOT_HEADER_BYTES + BOOT2_BYTES);
    scb_hw->vtor = (uint32_t)vectors;
    __asm volatile (
        "msr msp, %0\n"
        "bx %1\n"
        :: "r" (vectors[0]), "r" (vectors[1])
    );
    __builtin_unreachable();
}

int main(void) {
    // A trial's watchdog goes on over its own reset.
    hw_clear_bits(&watchdog_hw->ctrl, WATCHDOG_CTRL_ENABLE_BITS);
    switch (boot_decide(&layout)) {
        case BOOT_START_TRIAL:
            watchdog_enable(TRIAL_MS, false);
            start();
        case BOOT_START:
            start();
        default:
            reset_usb_boot(0, 0);
    }
}
