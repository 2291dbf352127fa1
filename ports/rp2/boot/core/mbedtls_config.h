// SPDX-License-Identifier: MIT
//
// What the boot loader takes of Mbed TLS: SHA-256 in a loop, which is the quicker one on a Cortex-M0+ too

#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA256_SMALLER
// What is hashed here is no secret: the port has the function that wipes.
#define MBEDTLS_PLATFORM_ZEROIZE_ALT
