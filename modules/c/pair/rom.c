// SPDX-License-Identifier: MIT
//
// What is asked of the boot ROM (RP2350 datasheet, 5.1 and 5.4.8): which slots there are, to start one, to buy it.

#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "boot/picoboot_constants.h"
#include "hardware/flash.h"
#include "hardware/sync.h"
#include "pico/bootrom.h"
#include "pico/multicore.h"
#include "mpthreadport.h"
#include "port.h"
#include "rom.h"

#define PARTITIONS_MOST (16)
#define REBOOT_MS (10)

bool upyos_pair(pair_t *pair) {
    uint32_t words[1 + 2 * PARTITIONS_MOST];
    int count = rom_get_partition_table_info(words, MP_ARRAY_SIZE(words), PT_INFO_PARTITION_LOCATION_AND_FLAGS);
    intptr_t running = rom_flash_runtime_to_storage_addr(XIP_BASE);
    if (count < 1 || words[0] != PT_INFO_PARTITION_LOCATION_AND_FLAGS || running < 0) {
        return false;
    }
    if (!pair_find(words + 1, (count - 1) / 2, running - XIP_BASE, pair)) {
        return false;
    }
    boot_info_t info;
    pair->on_trial = rom_get_boot_info(&info) && (info.tbyb_and_update_info & BOOT_TBYB_AND_UPDATE_FLAG_BUY_PENDING) != 0;
    return true;
}

void upyos_pair_reboot(const pair_t *pair) {
    uint32_t flags = REBOOT2_FLAG_REBOOT_TYPE_FLASH_UPDATE | REBOOT2_FLAG_NO_RETURN_ON_SUCCESS;
    rom_reboot(flags, REBOOT_MS, XIP_BASE + pair->other_off, 0);
}

// From RAM, and with all that could read the flash at rest, as MicroPython writes it. The ROM erases and programs one sector of
// the slot that runs, and with an older image than the other one the first sector of that. It expects a flash that takes commands:
// the SDK's way to read it fast (boot2_w25q080: continuous reads) does not, so that is left first, for the ROM's slow one.
static void __no_inline_not_in_flash_func(buy)(uint8_t *sector) {
    rom_connect_internal_flash_fn connect = (rom_connect_internal_flash_fn)rom_func_lookup_inline(ROM_FUNC_CONNECT_INTERNAL_FLASH);
    rom_flash_exit_xip_fn exit_xip = (rom_flash_exit_xip_fn)rom_func_lookup_inline(ROM_FUNC_FLASH_EXIT_XIP);
    rom_explicit_buy_fn explicit_buy = (rom_explicit_buy_fn)rom_func_lookup_inline(ROM_FUNC_EXPLICIT_BUY);
    rom_flash_flush_cache_fn flush = (rom_flash_flush_cache_fn)rom_func_lookup_inline(ROM_FUNC_FLASH_FLUSH_CACHE);
    uint32_t state = save_and_disable_interrupts();
    connect();
    exit_xip();
    explicit_buy(sector, BOOT_SECTOR_BYTES);
    flush();
    restore_interrupts(state);
}

// MicroPython's own way to write sets up the fast reads anew: a page of ones changes nothing.
static void read_fast(const pair_t *pair) {
    uint8_t page[BOOT_PAGE_BYTES];
    memset(page, 0xff, sizeof(page));
    boot_port_program(pair->running_off + pair->slot_bytes - BOOT_PAGE_BYTES, page);
}

void pair_port_buy(const pair_t *pair) {
    uint8_t *sector = m_new(uint8_t, BOOT_SECTOR_BYTES);
    bool other_core = multicore_lockout_victim_is_initialized(1 - get_core_num()) && core1_entry != NULL;
    if (other_core) {
        multicore_lockout_start_blocking();
    }
    buy(sector);
    if (other_core) {
        multicore_lockout_end_blocking();
    }
    read_fast(pair);
    m_del(uint8_t, sector, BOOT_SECTOR_BYTES);
}
