// SPDX-License-Identifier: MIT
//
// picotool is written for Mbed TLS 2; the tree has Mbed TLS 3. What it calls got further parameters there.
#ifndef UPYFW_MBEDTLS3_H
#define UPYFW_MBEDTLS3_H

#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <mbedtls/ecdsa.h>
#include <mbedtls/pk.h>

#define mbedtls_pk_parse_keyfile(key, path, password) mbedtls_pk_parse_keyfile(key, path, password, NULL, NULL)
#define mbedtls_ecp_check_pub_priv(public_key, private_key) mbedtls_ecp_check_pub_priv(public_key, private_key, NULL, NULL)
#define mbedtls_ecdsa_write_signature(key, md, hash, hash_bytes, signature, signature_bytes, random, state) \
    mbedtls_ecdsa_write_signature(key, md, hash, hash_bytes, signature, MBEDTLS_ECDSA_MAX_LEN, signature_bytes, random, state)

#endif
