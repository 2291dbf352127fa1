// SPDX-License-Identifier: MIT
//
// Find frozen modules by binary search. py/frozenmod.c walks through all names, three times for each
// module that is imported: with 110 names that was a quarter of the time of a start.
//
// The names stand one after the other, each ended by NUL. The build sorts them; where it did not, the
// original does the search.

#include <string.h>

#include "py/builtin.h"
#include "py/emitglue.h"
#include "py/frozenmod.h"

extern const char mp_frozen_names[];
extern const mp_frozen_module_t *const mp_frozen_mpy_content[];
#if MICROPY_MODULE_FROZEN_STR
extern const uint32_t mp_frozen_str_sizes[];
#endif

mp_import_stat_t __real_mp_find_frozen_module(const char *str, int *frozen_type, void **data);
mp_import_stat_t __wrap_mp_find_frozen_module(const char *str, int *frozen_type, void **data);

// End of the sorted names; NULL: not looked at yet, mp_frozen_names: they are not sorted.
static const char *names_end;

static void check_names(void) {
    const char *name = mp_frozen_names;
    names_end = mp_frozen_names;
    #if MICROPY_MODULE_FROZEN_STR
    if (mp_frozen_str_sizes[0] != 0) {
        return;
    }
    #endif
    while (*name != 0) {
        const char *next = name + strlen(name) + 1;
        if (*next != 0 && strcmp(name, next) >= 0) {
            return;
        }
        name = next;
    }
    names_end = name;
}

// The first name that does not stand before str.
static const char *lower_bound(const char *str) {
    const char *low = mp_frozen_names;
    const char *high = names_end;
    while (low < high) {
        const char *name = low + (high - low) / 2;
        while (name > low && name[-1] != 0) {
            --name;
        }
        if (strcmp(name, str) < 0) {
            low = name + strlen(name) + 1;
        } else {
            high = name;
        }
    }
    return low;
}

// Number of names before this one: of NULs, four characters at a time where there is none.
static size_t index_of(const char *name) {
    size_t index = 0;
    const char *p = mp_frozen_names;
    while (p < name) {
        if (((uintptr_t)p & 3) == 0 && name - p >= 4) {
            uint32_t word = *(const uint32_t *)p;
            if (((word - 0x01010101) & ~word & 0x80808080) == 0) {
                p += 4;
                continue;
            }
        }
        index += *p++ == 0;
    }
    return index;
}

mp_import_stat_t __wrap_mp_find_frozen_module(const char *str, int *frozen_type, void **data) {
    if (names_end == NULL) {
        check_names();
    }
    if (names_end == mp_frozen_names) {
        return __real_mp_find_frozen_module(str, frozen_type, data);
    }
    if (frozen_type != NULL) {
        *frozen_type = MP_FROZEN_NONE;
    }
    const char *name = lower_bound(str);
    if (name < names_end && strcmp(name, str) == 0) {
        if (frozen_type != NULL) {
            *frozen_type = MP_FROZEN_MPY;
            *data = (void *)mp_frozen_mpy_content[index_of(name)];
        }
        return MP_IMPORT_STAT_FILE;
    }
    // "a/b.py" stands between "a" and "a/"
    size_t len = strlen(str);
    while (name < names_end && strncmp(name, str, len) == 0) {
        if (name[len] == '/') {
            return MP_IMPORT_STAT_DIR;
        }
        name += strlen(name) + 1;
    }
    return MP_IMPORT_STAT_NO_EXIST;
}
