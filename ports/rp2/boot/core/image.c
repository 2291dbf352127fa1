// SPDX-License-Identifier: MIT
//
// Images: MCUboot's format, as imgtool makes them

#include <string.h>

#include "mbedtls/sha256.h"

#include "image.h"
#include "port.h"

// MCUboot, boot/bootutil/include/bootutil/image.h.
#define HEADER_MAGIC (0x96f3b83du)
#define TLV_MAGIC (0x6907u)
#define PROTECTED_TLV_MAGIC (0x6908u)
#define TLV_SHA256 (0x10u)

// The first fields of the header, little endian as the chip and the hosts are.
typedef struct {
    uint32_t magic;
    uint32_t load_addr;
    uint16_t header_bytes;
    uint16_t protected_tlv_bytes;
    uint32_t image_bytes;
} header_t;

// In front of TLVs: total_bytes counts these four too. In front of each: size_bytes does not.
typedef struct {
    uint16_t magic;
    uint16_t total_bytes;
} tlv_info_t;

typedef struct {
    uint16_t type;
    uint16_t size_bytes;
} tlv_t;

// Find a TLV from at_bytes to end_bytes; return its size, and where it is, or 0.
static uint32_t find(uint32_t at_bytes, uint32_t end_bytes, uint16_t type, uint32_t *at_off) {
    while (end_bytes - at_bytes >= sizeof(tlv_t)) {
        tlv_t tlv;
        boot_port_read(at_bytes, &tlv, sizeof(tlv));
        at_bytes += sizeof(tlv);
        if (tlv.size_bytes > end_bytes - at_bytes) {
            return 0;
        }
        if (tlv.type == type) {
            *at_off = at_bytes;
            return tlv.size_bytes;
        }
        at_bytes += tlv.size_bytes;
    }
    return 0;
}

static bool find_hash(uint32_t at_bytes, uint32_t end_bytes, uint8_t *hash) {
    uint32_t hash_off;
    if (find(at_bytes, end_bytes, TLV_SHA256, &hash_off) != BOOT_HASH_BYTES) {
        return false;
    }
    boot_port_read(hash_off, hash, BOOT_HASH_BYTES);
    return true;
}

uint32_t boot_image_tlv(uint32_t off_bytes, const boot_image_t *image, bool is_protected, uint16_t type, uint32_t *at_off) {
    uint32_t from_bytes = is_protected ? image->protected_bytes : image->hashed_bytes;
    uint32_t end_bytes = is_protected ? image->hashed_bytes : image->total_bytes;
    if (from_bytes == end_bytes) {
        return 0;
    }
    return find(off_bytes + from_bytes + sizeof(tlv_info_t), off_bytes + end_bytes, type, at_off);
}

// Return how many bytes the TLVs at off_bytes take, 0 if there are none of that magic in limit_bytes.
static uint32_t tlv_bytes(uint32_t off_bytes, uint32_t limit_bytes, uint16_t magic) {
    tlv_info_t info;
    if (limit_bytes < sizeof(info)) {
        return 0;
    }
    boot_port_read(off_bytes, &info, sizeof(info));
    if (info.magic != magic || info.total_bytes < sizeof(info) || info.total_bytes > limit_bytes) {
        return 0;
    }
    return info.total_bytes;
}

bool boot_image_read(uint32_t off_bytes, uint32_t limit_bytes, boot_image_t *image) {
    header_t header;
    boot_port_read(off_bytes, &header, sizeof(header));
    if (header.magic != HEADER_MAGIC || header.header_bytes != BOOT_HEADER_BYTES) {
        return false;
    }
    uint32_t left_bytes = limit_bytes - BOOT_HEADER_BYTES;
    if (header.image_bytes == 0 || header.image_bytes > left_bytes) {
        return false;
    }
    left_bytes -= header.image_bytes;
    uint32_t hashed_bytes = BOOT_HEADER_BYTES + header.image_bytes;
    if (header.protected_tlv_bytes != 0) {
        uint32_t size_bytes = tlv_bytes(off_bytes + hashed_bytes, left_bytes, PROTECTED_TLV_MAGIC);
        if (size_bytes != header.protected_tlv_bytes) {
            return false;
        }
        hashed_bytes += size_bytes;
        left_bytes -= size_bytes;
    }
    uint32_t size_bytes = tlv_bytes(off_bytes + hashed_bytes, left_bytes, TLV_MAGIC);
    if (size_bytes == 0) {
        return false;
    }
    image->protected_bytes = BOOT_HEADER_BYTES + header.image_bytes;
    image->hashed_bytes = hashed_bytes;
    image->total_bytes = hashed_bytes + size_bytes;
    uint32_t tlvs_off = off_bytes + hashed_bytes;
    return find_hash(tlvs_off + sizeof(tlv_info_t), tlvs_off + size_bytes, image->hash);
}

bool boot_image_is_whole(uint32_t off_bytes, uint32_t limit_bytes, boot_image_t *image) {
    if (!boot_image_read(off_bytes, limit_bytes, image)) {
        return false;
    }
    mbedtls_sha256_context context;
    mbedtls_sha256_init(&context);
    mbedtls_sha256_starts(&context, 0);
    for (uint32_t at = 0; at < image->hashed_bytes;) {
        uint8_t block[BOOT_PAGE_BYTES];
        uint32_t size_bytes = image->hashed_bytes - at;
        if (size_bytes > sizeof(block)) {
            size_bytes = sizeof(block);
        }
        boot_port_read(off_bytes + at, block, size_bytes);
        mbedtls_sha256_update(&context, block, size_bytes);
        at += size_bytes;
    }
    uint8_t hash[BOOT_HASH_BYTES];
    mbedtls_sha256_finish(&context, hash);
    return memcmp(hash, image->hash, sizeof(hash)) == 0;
}
