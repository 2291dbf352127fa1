// SPDX-License-Identifier: MIT
//
// signed(): whether a signature is that of a key. ECDSA over P-256, by p256-m of the Mbed TLS in MicroPython's tree, which is
// small, and slow enough (0.8 s on an RP2040) for what is asked once an upgrade.

#include <string.h>

#include "py/runtime.h"
#include "upyos.h"

// It is compiled in here: of what its headers bring it uses one function, and its names are ours then.
#define PSA_CRYPTO_H
#define MBEDTLS_PLATFORM_UTIL_H
#define MBEDTLS_PSA_P256M_DRIVER_ENABLED
#define mbedtls_platform_zeroize(data, size_bytes) memset(data, 0, size_bytes)
// Nothing is signed here.
#define psa_generate_random(output, output_size) (-1)
#define p256_generate_random upyos_p256_generate_random
#define p256_gen_keypair upyos_p256_gen_keypair
#define p256_ecdh_shared_secret upyos_p256_ecdh_shared_secret
#define p256_ecdsa_sign upyos_p256_ecdsa_sign
#define p256_ecdsa_verify upyos_p256_ecdsa_verify
#define p256_validate_pubkey upyos_p256_validate_pubkey
#define p256_validate_privkey upyos_p256_validate_privkey
#define p256_public_from_private upyos_p256_public_from_private
#include "lib/mbedtls/3rdparty/p256-m/p256-m/p256-m.c"

#define NUMBER_BYTES (32)
#define KEY_BYTES (2 * NUMBER_BYTES)
#define HASH_BYTES (32)

// Read an INTEGER of DER (X.690, 8.3) of at most 32 bytes into number; return where the next one is, or NULL.
static const byte *read_number(const byte *at, const byte *end, uint8_t *number) {
    if (end - at < 2 || at[0] != 2 || at[1] > end - at - 2) {
        return NULL;
    }
    size_t size_bytes = at[1];
    at += 2;
    const byte *next = at + size_bytes;
    for (; size_bytes > NUMBER_BYTES && *at == 0; size_bytes--) {
        at++;
    }
    if (size_bytes == 0 || size_bytes > NUMBER_BYTES) {
        return NULL;
    }
    memset(number, 0, NUMBER_BYTES);
    memcpy(number + NUMBER_BYTES - size_bytes, at, size_bytes);
    return next;
}

// signed(SHA-256, signature, key) -> bool; signature: DER, as MCUboot and OpenSSL have it; key: 64 bytes, X and Y
static mp_obj_t upyos_signed(mp_obj_t hash_in, mp_obj_t signature_in, mp_obj_t key_in) {
    mp_buffer_info_t hash, signature, key;
    mp_get_buffer_raise(hash_in, &hash, MP_BUFFER_READ);
    mp_get_buffer_raise(signature_in, &signature, MP_BUFFER_READ);
    mp_get_buffer_raise(key_in, &key, MP_BUFFER_READ);
    uint8_t numbers[KEY_BYTES];
    const byte *at = signature.buf, *end = at + signature.len;
    if (hash.len != HASH_BYTES || key.len != KEY_BYTES || end - at < 2 || at[0] != 0x30 || at[1] != end - at - 2) {
        return mp_const_false;
    }
    at = read_number(at + 2, end, numbers);
    at = at == NULL ? NULL : read_number(at, end, numbers + NUMBER_BYTES);
    if (at != end) {
        return mp_const_false;
    }
    return mp_obj_new_bool(p256_ecdsa_verify(numbers, key.buf, hash.buf, HASH_BYTES) == P256_SUCCESS);
}
MP_DEFINE_CONST_FUN_OBJ_3(upyos_signed_obj, upyos_signed);
