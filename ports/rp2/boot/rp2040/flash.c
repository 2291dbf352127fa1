// SPDX-License-Identifier: MIT
//
// The flash, for the deciding code
//
// The SDK's functions run in RAM and take boot2 from the start of the flash, which is ours.

#include <string.h>

#include "hardware/flash.h"

#include "mbedtls/platform_util.h"
#include "port.h"

void mbedtls_platform_zeroize(void *data, size_t size_bytes) {
    memset(data, 0, size_bytes);
}

void boot_port_read(uint32_t off_bytes, void *to, size_t size_bytes) {
    memcpy(to, (const void *)(XIP_BASE + off_bytes), size_bytes);
}

void boot_port_erase(uint32_t off_bytes) {
    flash_range_erase(off_bytes, BOOT_SECTOR_BYTES);
}

void boot_port_program(uint32_t off_bytes, const uint8_t *page) {
    flash_range_program(off_bytes, page, BOOT_PAGE_BYTES);
}
