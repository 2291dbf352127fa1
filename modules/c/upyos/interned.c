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
    for (const byte *end = text + bytes; text < end; ++text, ++name) {
        if (*text != *name) {
            return *text < *name;
        }
        if (*text == 0) {
            break;
        }
    }
    return true;
}

// The first name of a sorted pool that text does not come behind, or the one before it.
static size_t sorted_place(const qstr_pool_t *pool, const byte *text, size_t bytes) {
    size_t low = 0;
    size_t high = pool->len - 1;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (is_not_behind(text, bytes, (const byte *)pool->qstrs[middle])) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return low;
}

// Of the names from `at` to before `end` the first that is the text, or `end`.
static size_t place_among(const qstr_pool_t *pool, size_t at, size_t end, const char *text, size_t bytes, size_t hash) {
    for (; at < end; ++at) {
        #if MICROPY_QSTR_BYTES_IN_HASH
        const qstr_hash_t *hashes = pool->hashes;
        while (hashes[at] != hash) {
            if (++at == end) {
                return end;
            }
        }
        #endif
        if (pool->lengths[at] == bytes && memcmp(pool->qstrs[at], text, bytes) == 0) {
            break;
        }
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
        size_t at = pool->is_sorted ? sorted_place(pool, (const byte *)text, bytes) : 0;
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
