// SPDX-License-Identifier: MIT
//
// Images: MCUboot's format, as imgtool makes them
//
// Source: MCUboot, docs/design.md, "Image format"; header of 256 bytes, TLVs behind the firmware.

#ifndef UPYOS_BOOT_IMAGE_H
#define UPYOS_BOOT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Our images have one size of header: behind it stand the firmware's boot2 and vector table.
#define BOOT_HEADER_BYTES (256)
#define BOOT_HASH_BYTES (32)

typedef struct {
    // Header, firmware and protected TLVs, which the hash covers.
    uint32_t hashed_bytes;
    // And the other TLVs.
    uint32_t total_bytes;
    // SHA-256 as the TLV says it.
    uint8_t hash[BOOT_HASH_BYTES];
} boot_image_t;

// Read what an image at off_bytes says about itself; false if there is none of at most limit_bytes.
bool boot_image_read(uint32_t off_bytes, uint32_t limit_bytes, boot_image_t *image);

// As boot_image_read, and compute the hash: false if the content is another one.
bool boot_image_is_whole(uint32_t off_bytes, uint32_t limit_bytes, boot_image_t *image);

#endif
