// SPDX-License-Identifier: MIT
//
// A flash in memory under the boot loader's deciding code: counts what is erased and programmed, and loses power.
//
// Built by tests/boot_simulator.py as a shared library. One flash a process.

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "mbedtls/platform_util.h"
#include "boot.h"
#include "port.h"
#include "../weak_flash.h"

void mbedtls_platform_zeroize(void *data, size_t size_bytes) {
    memset(data, 0, size_bytes);
}

// What sim_run answers after a power cut, and after an access beyond the flash.
#define CUT (-1)
#define OUTSIDE (-2)

enum { RUN_DECIDE, RUN_REQUEST_TEST, RUN_REQUEST_PERM, RUN_CONFIRM, RUN_REVERT, RUN_IS_ON_TRIAL };

static uint32_t ops_left;
static uint32_t erases, programs;
// Whether an operation that is cut had begun.
static bool torn;
static jmp_buf power_cut;

void sim_power_on(uint8_t *content, uint8_t *weak_bits, uint32_t size_bytes) {
    flash = content;
    weak = weak_bits;
    flash_bytes = size_bytes;
    erases = programs = 0;
}

uint32_t sim_erases(void) {
    return erases;
}

uint32_t sim_programs(void) {
    return programs;
}

static void check(uint32_t off_bytes, uint32_t size_bytes, uint32_t unit_bytes) {
    if (off_bytes % unit_bytes != 0 || off_bytes > flash_bytes || size_bytes > flash_bytes - off_bytes) {
        longjmp(power_cut, OUTSIDE);
    }
}

// Erase where page is NULL, program else.
static void change(uint32_t off_bytes, uint32_t size_bytes, const uint8_t *page) {
    if (ops_left == 0 && !torn) {
        longjmp(power_cut, CUT);
    }
    drive(off_bytes, size_bytes, page, ops_left == 0);
    if (ops_left == 0) {
        longjmp(power_cut, CUT);
    }
    ops_left--;
}

void boot_port_read(uint32_t off_bytes, void *to, size_t size_bytes) {
    check(off_bytes, size_bytes, 1);
    for (size_t i = 0; i < size_bytes; i++) {
        ((uint8_t *)to)[i] = read_byte(off_bytes + i);
    }
}

void boot_port_erase(uint32_t off_bytes) {
    check(off_bytes, BOOT_SECTOR_BYTES, BOOT_SECTOR_BYTES);
    change(off_bytes, BOOT_SECTOR_BYTES, NULL);
    erases++;
}

void boot_port_program(uint32_t off_bytes, const uint8_t *page) {
    check(off_bytes, BOOT_PAGE_BYTES, BOOT_PAGE_BYTES);
    change(off_bytes, BOOT_PAGE_BYTES, page);
    programs++;
}

// Find a TLV of the image at off_bytes; return its size, -1 without an image. at_off: where it is.
int sim_tlv(uint32_t off_bytes, uint32_t limit_bytes, bool is_protected, uint16_t type, uint32_t *at_off) {
    boot_image_t image;
    weak_reads = NOT_LEFT;
    if (!boot_image_read(off_bytes, limit_bytes, &image)) {
        return -1;
    }
    return boot_image_tlv(off_bytes, &image, is_protected, type, at_off);
}

static int call(const boot_layout_t *layout, int what) {
    switch (what) {
        case RUN_REQUEST_TEST:
            return boot_request(layout, BOOT_SWAP_TEST);
        case RUN_REQUEST_PERM:
            return boot_request(layout, BOOT_SWAP_PERM);
        case RUN_CONFIRM:
            return boot_confirm(layout);
        case RUN_REVERT:
            return boot_revert(layout);
        case RUN_IS_ON_TRIAL:
            return boot_is_on_trial(layout);
        default:
            return boot_decide(layout);
    }
}

// Run one of the functions with power for `ops` operations; torn: the next one is stopped on its way. Return its
// answer, CUT or OUTSIDE. seed: of what weak bits read as, not 0.
int sim_run(const boot_layout_t *layout, int what, uint32_t ops, bool is_torn, uint32_t seed) {
    ops_left = ops;
    torn = is_torn;
    bits_seed = seed;
    weak_reads = seed / 2 % 3;
    int why = setjmp(power_cut);
    return why != 0 ? why : call(layout, what);
}
