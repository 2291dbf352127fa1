// SPDX-License-Identifier: MIT
//
// Included in front of MicroPython's py/objstr.c (micropython.cmake). A text is looked for in another one by a memcmp at each place,
// which is in the boot ROM, behind two functions: nearly all places differ in the first byte.

#include <string.h>

static inline int upyos_memcmp(const void *a, const void *b, size_t bytes) {
    const unsigned char *left = a;
    const unsigned char *right = b;
    return bytes > 0 && *left != *right ? *left - *right : memcmp(a, b, bytes);
}

#define memcmp upyos_memcmp
