// SPDX-License-Identifier: MIT
//
// The bits of a flash that loses power, for the simulators of both boot loaders. A bit that was on its way when the power went is
// weak: it reads as 0 or 1, another time otherwise, until it is erased or programmed again. From one start to the next all of
// them may read as if they had arrived, as if they had not left, or as they like.
#ifndef TESTS_WEAK_FLASH_H
#define TESTS_WEAK_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static uint8_t *flash;
// A bit is 1 where the same bit of the flash is weak.
static uint8_t *weak;
static uint32_t flash_bytes;
static uint32_t bits_seed;
static enum { ARRIVED, NOT_LEFT, ANY } weak_reads;

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

static uint8_t read_byte(uint32_t off_bytes) {
    uint8_t bits = weak[off_bytes];
    return flash[off_bytes] ^ (bits != 0 ? bits & any_bits() : 0);
}

// Erase where page is NULL, program else; stopped: the power goes while that is done.
static void drive(uint32_t off_bytes, uint32_t size_bytes, const uint8_t *page, bool stopped) {
    for (uint32_t i = off_bytes; i < off_bytes + size_bytes; i++) {
        uint8_t driven = page != NULL ? ~page[i - off_bytes] : 0xff;
        uint8_t moving = (page != NULL ? flash[i] : ~flash[i]) & driven;
        flash[i] = page != NULL ? flash[i] & ~driven : 0xff;
        weak[i] = stopped ? weak[i] | moving : weak[i] & ~driven;
    }
}

#endif
