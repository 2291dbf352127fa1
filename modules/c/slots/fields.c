// SPDX-License-Identifier: MIT
//
// What an image says of itself, for Python.

#include "image.h"
#include "port.h"
#include "slots.h"

// MCUboot, boot/bootutil/include/bootutil/image.h: a signature by ECDSA. And ours: the board's name.
#define TLV_SIGNATURE (0x22)
#define TLV_BOARD (0xa0)

static mp_obj_t tlv(uint32_t off_bytes, const boot_image_t *image, bool is_protected, uint16_t type) {
    uint32_t at_off;
    uint32_t size_bytes = boot_image_tlv(off_bytes, image, is_protected, type, &at_off);
    if (size_bytes == 0 || size_bytes > BOOT_PAGE_BYTES) {
        return mp_const_none;
    }
    vstr_t value;
    vstr_init_len(&value, size_bytes);
    boot_port_read(at_off, value.buf, size_bytes);
    return mp_obj_new_bytes_from_vstr(&value);
}

mp_obj_t upyos_slot_fields(uint32_t off_bytes, const boot_image_t *image) {
    boot_version_t version;
    boot_port_read(off_bytes + BOOT_VERSION_OFF, &version, sizeof(version));
    mp_obj_t numbers[] = {
        MP_OBJ_NEW_SMALL_INT(version.major), MP_OBJ_NEW_SMALL_INT(version.minor),
        MP_OBJ_NEW_SMALL_INT(version.revision), mp_obj_new_int_from_uint(version.build),
    };
    mp_obj_t fields[] = {
        mp_obj_new_tuple(4, numbers),
        tlv(off_bytes, image, true, TLV_BOARD),
        MP_OBJ_NEW_SMALL_INT(image->total_bytes),
        mp_obj_new_bytes(image->hash, BOOT_HASH_BYTES),
        tlv(off_bytes, image, false, TLV_SIGNATURE),
    };
    return mp_obj_new_tuple(5, fields);
}
