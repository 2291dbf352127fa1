// SPDX-License-Identifier: MIT
//
// A flash in memory under the deciding code of a pair of slots (ports/rp2/pair), and under the model of the boot ROM: counts what is
// erased and programmed, and loses power. What comes after that changes nothing. A bit that was on its way then is weak: from
// one power-on to the next it reads as if it had arrived, as if it had not left, or as it likes.
//
// Built by tests/pair_simulator.py as a shared library. One flash a process.

#include <string.h>

#include "mbedtls/platform_util.h"
#include "pair.h"
#include "port.h"

void mbedtls_platform_zeroize(void *data, size_t size_bytes) {
    memset(data, 0, size_bytes);
}

static uint8_t *flash, *weak;
static uint32_t flash_bytes, ops, ops_most, bits_seed;
static bool torn, is_off;
static enum { ARRIVED, NOT_LEFT, ANY } weak_reads;
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

// xorshift32: bits that a test can repeat.
static uint8_t any_bits(void) {
    if (weak_reads != ANY) {
        return weak_reads == ARRIVED ? 0 : 0xff;
    }
    bits_seed ^= bits_seed << 13;
    bits_seed ^= bits_seed >> 17;
    bits_seed ^= bits_seed << 5;
    return bits_seed >> 11;
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
    for (uint32_t i = off_bytes; i < off_bytes + size_bytes; i++) {
        uint8_t driven = page != NULL ? ~page[i - off_bytes] : 0xff;
        uint8_t moving = (page != NULL ? flash[i] : ~flash[i]) & driven;
        flash[i] = page != NULL ? flash[i] & ~driven : 0xff;
        weak[i] = last ? weak[i] | moving : weak[i] & ~driven;
    }
    ops += !last;
}

void pair_port_read(uint32_t off_bytes, void *to, size_t size_bytes) {
    for (size_t i = 0; i < size_bytes; i++) {
        uint32_t at = off_bytes + i;
        // Beyond the flash its addresses begin anew.
        uint8_t bits = weak[at % flash_bytes];
        ((uint8_t *)to)[i] = flash[at % flash_bytes] ^ (bits != 0 ? bits & any_bits() : 0);
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

// What slot.c does for Python's write().
void sim_write(const pair_t *pair, uint32_t number, const uint8_t *sector) {
    uint32_t off_bytes = pair_sector(pair, number);
    if (off_bytes == 0) {
        return;
    }
    uint8_t there[BOOT_SECTOR_BYTES];
    pair_port_read(off_bytes, there, sizeof(there));
    if (memcmp(there, sector, sizeof(there)) != 0) {
        boot_port_erase(off_bytes);
    }
    for (uint32_t at = 0; at < BOOT_SECTOR_BYTES; at += BOOT_PAGE_BYTES) {
        boot_port_program(off_bytes + at, sector + at);
    }
}

int sim_has_image(const pair_t *pair, unsigned which, bool whole) {
    boot_image_t image;
    return pair_image(pair, which, whole, &image);
}
