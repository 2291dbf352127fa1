// SPDX-License-Identifier: MIT
//
// A flash in memory under the deciding code of a pair of slots (ports/rp2/pair), and under the model of the boot ROM: counts what is
// erased and programmed, and loses power. What comes after that changes nothing.
//
// Built by tests/pair_simulator.py as a shared library. One flash a process.

#include <string.h>

#include "mbedtls/platform_util.h"
#include "pair.h"
#include "port.h"
#include "../weak_flash.h"

void mbedtls_platform_zeroize(void *data, size_t size_bytes) {
    memset(data, 0, size_bytes);
}

static uint32_t ops, ops_most;
static bool torn, is_off;
static void (*rom_buy)(void);

void sim_open(uint8_t *content, uint8_t *weak_bits, uint32_t size_bytes, void (*buy)(void)) {
    flash = content;
    weak = weak_bits;
    flash_bytes = size_bytes;
    rom_buy = buy;
}

// Power for so many operations; torn: the next one is stopped on its way. seed: of what weak bits read as, not 0.
void sim_power_on(uint32_t most, bool is_torn, uint32_t seed) {
    ops = 0;
    ops_most = most;
    torn = is_torn;
    is_off = false;
    bits_seed = seed;
    weak_reads = seed / 2 % 3;
}

bool sim_is_off(void) {
    return is_off;
}

uint32_t sim_ops(void) {
    return ops;
}

// Erase where page is NULL, program else.
static void change(uint32_t off_bytes, uint32_t size_bytes, const uint8_t *page) {
    bool last = !is_off && ops == ops_most;
    if (is_off || off_bytes % size_bytes != 0 || off_bytes + size_bytes > flash_bytes) {
        return;
    }
    is_off = last;
    if (last && !torn) {
        return;
    }
    drive(off_bytes, size_bytes, page, last);
    ops += !last;
}

void pair_port_read(uint32_t off_bytes, void *to, size_t size_bytes) {
    for (size_t i = 0; i < size_bytes; i++) {
        // Beyond the flash its addresses begin anew.
        ((uint8_t *)to)[i] = read_byte((off_bytes + i) % flash_bytes);
    }
}

void boot_port_erase(uint32_t off_bytes) {
    change(off_bytes, BOOT_SECTOR_BYTES, NULL);
}

void boot_port_program(uint32_t off_bytes, const uint8_t *page) {
    change(off_bytes, BOOT_PAGE_BYTES, page);
}

void pair_port_buy(const pair_t *pair) {
    (void)pair;
    rom_buy();
}

int sim_has_image(const pair_t *pair, unsigned which, bool whole) {
    boot_image_t image;
    return pair_image(pair, which, whole, &image);
}
