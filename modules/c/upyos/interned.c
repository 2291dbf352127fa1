// SPDX-License-Identifier: MIT
//
// A text to the name that is kept of it already (py/qstr.c), which MicroPython looks for whenever it makes a text. The names of
// the firmware are sorted; most steps of the search are decided by the first byte, and a call for each of them took 5 %
// of the time of every line.

#include <string.h>

#include "py/mpstate.h"
#include "py/qstr.h"

// Whether text, of so many bytes, comes before name or begins it; name ends with NUL.
static inline bool is_not_behind(const byte *text, size_t bytes, const byte *name) {
    size_t at = 0;
    while (text[at] == name[at]) {
        if (text[at] == 0 || ++at == bytes) {
            return true;
        }
    }
    return text[at] < name[at];
}

// The index before the first of these sorted names that text does not come behind. Apart: few registers are needed.
static MP_NOINLINE size_t sorted_place(const char *const *names, size_t count, const byte *text, size_t bytes) {
    size_t low = 0;
    size_t high = count - 1;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (is_not_behind(text, bytes, (const byte *)names[middle])) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return low;
}

#if MICROPY_QSTR_BYTES_IN_HASH == 1
// Whether one of the four bytes of a word is 0.
static inline bool has_zero(uint32_t word) {
    return ((word - 0x01010101) & ~word & 0x80808080) != 0;
}
#endif

// The first of these names, from `at` to before `end`, that has this hash, or `end`. Four at a time, where a hash is a byte.
static MP_NOINLINE size_t next_with(const qstr_pool_t *pool, size_t at, size_t end, size_t hash) {
    #if MICROPY_QSTR_BYTES_IN_HASH
    for (; at < end; ++at) {
        const qstr_hash_t *place = pool->hashes + at;
        #if MICROPY_QSTR_BYTES_IN_HASH == 1
        if ((uintptr_t)place % sizeof(uint32_t) == 0) {
            const uint32_t *word = (const uint32_t *)place;
            const uint32_t *last = word + (end - at) / sizeof(*word);
            while (word < last && !has_zero(*word ^ hash * 0x01010101)) {
                ++word;
            }
            place = (const qstr_hash_t *)word;
            at = place - pool->hashes;
            if (at == end) {
                break;
            }
        }
        #endif
        if (*place == hash) {
            break;
        }
    }
    #endif
    return at;
}

// Of the names from `at` to before `end` the first that is the text, or `end`.
static size_t place_among(const qstr_pool_t *pool, size_t at, size_t end, const char *text, size_t bytes, size_t hash) {
    while ((at = next_with(pool, at, end, hash)) < end) {
        if (pool->lengths[at] == bytes && memcmp(pool->qstrs[at], text, bytes) == 0) {
            break;
        }
        ++at;
    }
    return at;
}

qstr __wrap_qstr_find_strn(const char *text, size_t bytes);

qstr __wrap_qstr_find_strn(const char *text, size_t bytes) {
    if (bytes == 0) {
        return MP_QSTR_;
    }
    size_t hash = qstr_compute_hash((const byte *)text, bytes);
    for (const qstr_pool_t *pool = MP_STATE_VM(last_pool); pool != NULL; pool = pool->prev) {
        size_t at = pool->is_sorted ? sorted_place(pool->qstrs, pool->len, (const byte *)text, bytes) : 0;
        size_t end = pool->is_sorted && at + 2 < pool->len ? at + 2 : pool->len;
        at = place_among(pool, at, end, text, bytes, hash);
        if (at < end) {
            return pool->total_prev_len + at;
        }
    }
    return MP_QSTRnull;
}

qstr __real_qstr_from_strn(const char *text, size_t bytes);
qstr __wrap_qstr_from_strn(const char *text, size_t bytes);

qstr __wrap_qstr_from_strn(const char *text, size_t bytes) {
    qstr name = __wrap_qstr_find_strn(text, bytes);
    return name != MP_QSTRnull ? name : __real_qstr_from_strn(text, bytes);
}
