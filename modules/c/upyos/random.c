// SPDX-License-Identifier: MIT
//
// Random numbers for what must not be guessed: os.urandom, mbedTLS, and lwIP's ports and sequence numbers. MicroPython's
// rp2 port takes bits of the ring oscillator alone, a microsecond apart; pico-sdk's generator (pico_rand) samples them
// further apart and mixes in time, the chip's number, a hash of the RAM and counts of the bus, or takes the RP2350's
// true random number generator.

#if defined(PICO_BUILD)

#include "py/mphal.h"
#include "pico/rand.h"

// Any context: lwIP asks at PendSV level. No byte is given twice.
uint8_t __wrap_rosc_random_u8(size_t cycles) {
    static uint64_t rest;
    static uint8_t left;
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    bool empty = left == 0;
    uint8_t byte = rest;
    if (!empty) {
        rest >>= 8;
        left--;
    }
    MICROPY_END_ATOMIC_SECTION(state);
    if (!empty) {
        return byte;
    }
    uint64_t fresh = get_rand_64();
    state = MICROPY_BEGIN_ATOMIC_SECTION();
    rest = fresh >> 8;
    left = 7;
    MICROPY_END_ATOMIC_SECTION(state);
    return fresh;
}

uint32_t __wrap_rosc_random_u32(void) {
    return get_rand_32();
}

#endif
