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

// Our images have one size of header: behind it stand the firmware's boot2 and vector table. On an RP2350 it is another one.
#ifndef BOOT_HEADER_BYTES
#define BOOT_HEADER_BYTES (256)
#endif
#define BOOT_HASH_BYTES (32)

typedef struct {
    // Header, firmware and protected TLVs, which the hash covers.
    uint32_t hashed_bytes;
    // And the other TLVs.
    uint32_t total_bytes;
    // Where the protected TLVs begin, counted from the image's start; there are none if it is hashed_bytes.
    uint32_t protected_bytes;
    // SHA-256 as the TLV says it.
    uint8_t hash[BOOT_HASH_BYTES];
} boot_image_t;

// The version as it stands in the header, at this offset.
#define BOOT_VERSION_OFF (20)
typedef struct {
    uint8_t major, minor;
    uint16_t revision;
    uint32_t build;
} boot_version_t;

// Read what an image at off_bytes says about itself; false if there is none of at most limit_bytes.
bool boot_image_read(uint32_t off_bytes, uint32_t limit_bytes, boot_image_t *image);

// As boot_image_read, and compute the hash: false if the content is another one.
bool boot_image_is_whole(uint32_t off_bytes, uint32_t limit_bytes, boot_image_t *image);

// For the running firmware: find a TLV of an image that was read at off_bytes, among those that the hash covers
// (is_protected) or the others. Returns its size, and where it is; 0 if there is none.
uint32_t boot_image_tlv(uint32_t off_bytes, const boot_image_t *image, bool is_protected, uint16_t type, uint32_t *at_off);

#endif
