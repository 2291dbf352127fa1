// SPDX-License-Identifier: MIT
//
// The inner functions of MD5 and SHA-1 (RFC 1321, RFC 3174), in place of Mbed TLS's, in which each of the 64 and 80 steps is code of
// its own: 6,900 bytes of flash for md5sum, and for a WebSocket's first answer.

#if defined(MBEDTLS_MD5_PROCESS_ALT) && defined(MBEDTLS_SHA1_PROCESS_ALT)
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <string.h>

#include "mbedtls/md5.h"
#include "mbedtls/sha1.h"

#define ROUND_STEPS (16)

static inline uint32_t rotated(uint32_t word, unsigned bits) {
    return word << bits | word >> (32 - bits);
}

// 2**32 * abs(sin(step + 1))
static const uint32_t md5_sines[4 * ROUND_STEPS] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

static inline uint32_t md5_mixed(unsigned round, uint32_t b, uint32_t c, uint32_t d) {
    switch (round) {
        case 0:
            return d ^ (b & (c ^ d));
        case 1:
            return c ^ (d & (b ^ c));
        case 2:
            return b ^ c ^ d;
        default:
            return c ^ (b | ~d);
    }
}

#define MD5_STEP(a, b, c, d, bits) \
    a = b + rotated(a + md5_mixed(round, b, c, d) + words[place % ROUND_STEPS] + *sines++, bits); \
    place += stride

// Sixteen steps. place: which word comes first; stride: how many words on the next one is; the rest: how far steps rotate, in turn.
static inline __attribute__((always_inline)) void md5_round(unsigned round, uint32_t *state, const uint32_t *words,
    unsigned place, unsigned stride, unsigned first, unsigned second, unsigned third, unsigned fourth) {
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    const uint32_t *sines = &md5_sines[round * ROUND_STEPS];
    for (unsigned i = 0; i < ROUND_STEPS / 4; ++i) {
        MD5_STEP(a, b, c, d, first);
        MD5_STEP(d, a, b, c, second);
        MD5_STEP(c, d, a, b, third);
        MD5_STEP(b, c, d, a, fourth);
    }
    state[0] = a;
    state[1] = b;
    state[2] = c;
    state[3] = d;
}

int mbedtls_internal_md5_process(mbedtls_md5_context *ctx, const unsigned char data[64]) {
    uint32_t words[ROUND_STEPS];
    uint32_t state[4];
    // Little-endian, as these chips are.
    memcpy(words, data, sizeof(words));
    memcpy(state, ctx->state, sizeof(state));
    md5_round(0, state, words, 0, 1, 7, 12, 17, 22);
    md5_round(1, state, words, 1, 5, 5, 9, 14, 20);
    md5_round(2, state, words, 5, 3, 4, 11, 16, 23);
    md5_round(3, state, words, 0, 7, 6, 10, 15, 21);
    for (unsigned i = 0; i < 4; ++i) {
        ctx->state[i] += state[i];
    }
    return 0;
}

static inline uint32_t sha1_mixed(unsigned step, uint32_t b, uint32_t c, uint32_t d) {
    if (step < 20) {
        return 0x5a827999 + (d ^ (b & (c ^ d)));
    }
    if (step < 40) {
        return 0x6ed9eba1 + (b ^ c ^ d);
    }
    if (step < 60) {
        return 0x8f1bbcdc + ((b & c) | (d & (b | c)));
    }
    return 0xca62c1d6 + (b ^ c ^ d);
}

int mbedtls_internal_sha1_process(mbedtls_sha1_context *ctx, const unsigned char data[64]) {
    uint32_t words[ROUND_STEPS];
    uint32_t a = ctx->state[0], b = ctx->state[1], c = ctx->state[2], d = ctx->state[3], e = ctx->state[4];
    for (unsigned step = 0; step < 80; ++step) {
        uint32_t *word = &words[step % ROUND_STEPS];
        if (step < ROUND_STEPS) {
            *word = (uint32_t)data[4 * step] << 24 | data[4 * step + 1] << 16 | data[4 * step + 2] << 8 | data[4 * step + 3];
        } else {
            *word = rotated(*word ^ words[(step + 2) % ROUND_STEPS] ^ words[(step + 8) % ROUND_STEPS]
                ^ words[(step + 13) % ROUND_STEPS], 1);
        }
        uint32_t sum = rotated(a, 5) + sha1_mixed(step, b, c, d) + e + *word;
        e = d;
        d = c;
        c = rotated(b, 30);
        b = a;
        a = sum;
    }
    ctx->state[0] += a;
    ctx->state[1] += b;
    ctx->state[2] += c;
    ctx->state[3] += d;
    ctx->state[4] += e;
    return 0;
}

#endif
