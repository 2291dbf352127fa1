// SPDX-License-Identifier: MIT
//
// Find frozen modules by binary search, and commands among them. py/frozenmod.c walks through all names, three times for each
// module that is imported: with 110 names that was a quarter of the time of a start.
//
// The names stand one after the other, each ended by NUL. The build sorts them; where it did not, the
// original does the search.

#include <string.h>

#include "py/builtin.h"
#include "py/emitglue.h"
#include "py/frozenmod.h"
#include "py/runtime.h"

extern const char mp_frozen_names[];
extern const mp_frozen_module_t *const mp_frozen_mpy_content[];
#if MICROPY_MODULE_FROZEN_STR
extern const uint32_t mp_frozen_str_sizes[];
#endif

mp_import_stat_t __real_mp_find_frozen_module(const char *str, int *frozen_type, void **data);
mp_import_stat_t __wrap_mp_find_frozen_module(const char *str, int *frozen_type, void **data);

// Import looks for each name twice in a row: first whether it is there, then for its content.
static const char *last_found;

// End of the sorted names; NULL: not looked at yet, mp_frozen_names: they are not sorted.
static const char *names_end;

// Every so many names one whose index is known.
#define MARKS (16)
#define MARK_NAMES (16)
static const char *marks[MARKS];

static void check_names(void) {
    const char *name = mp_frozen_names;
    names_end = mp_frozen_names;
    #if MICROPY_MODULE_FROZEN_STR
    if (mp_frozen_str_sizes[0] != 0) {
        return;
    }
    #endif
    for (size_t index = 0; *name != 0; ++index) {
        if (index % MARK_NAMES == 0 && index / MARK_NAMES < MARKS) {
            marks[index / MARK_NAMES] = name;
        }
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

// Number of names before this one, counted from the nearest mark.
static size_t index_of(const char *name) {
    size_t mark = MARKS - 1;
    while (mark > 0 && (marks[mark] == NULL || marks[mark] > name)) {
        --mark;
    }
    size_t index = mark * MARK_NAMES;
    for (const char *p = marks[mark]; p < name; ++p) {
        index += *p == 0;
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
    const char *name = last_found;
    if (name == NULL || strcmp(name, str) != 0) {
        name = lower_bound(str);
    }
    if (name < names_end && strcmp(name, str) == 0) {
        last_found = name;
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
        if (strcmp(name + len, ".py") == 0) {
            // import.c asks for it next
            last_found = name;
        }
        name += strlen(name) + 1;
    }
    return MP_IMPORT_STAT_NO_EXIST;
}

/******************************************************************************/
// Commands: the modules upyos/bin/<group>/<name>.py

// Where the names of each group begin, and behind them where the last one ends.
#define GROUPS (12)
static const char bin[] = "upyos/bin/";
static const char *group[GROUPS + 1];
static size_t groups;

static const char *stem_of(const char *name) {
    return strchr(name + sizeof(bin) - 1, '/');
}

static bool is_command(const char *name) {
    return strncmp(name, bin, sizeof(bin) - 1) == 0 && stem_of(name) != NULL;
}

static void find_groups(void) {
    const char *name = lower_bound(bin);
    const char *before = NULL;
    for (; is_command(name); name += strlen(name) + 1) {
        size_t len = stem_of(name) - name;
        if ((before == NULL || strncmp(before, name, len + 1) != 0) && groups < GROUPS) {
            group[groups++] = name;
        }
        before = name;
    }
    group[groups] = name;
}

// Whether the stem of a path stands before (< 0), at (0) or behind the name.
static int compare(const char *path, const char *name, size_t len) {
    const char *stem = stem_of(path) + 1;
    int order = strncmp(stem, name, len);
    return order != 0 ? order : strcmp(stem + len, ".py");
}

// The path of a command in a group, whose names are sorted, or NULL.
static const char *find_in_group(const char *low, const char *high, const char *wanted, size_t len) {
    while (low < high) {
        const char *name = low + (high - low) / 2;
        while (name > low && name[-1] != 0) {
            --name;
        }
        int order = compare(name, wanted, len);
        if (order == 0) {
            return name;
        }
        if (order < 0) {
            low = name + strlen(name) + 1;
        } else {
            high = name;
        }
    }
    return NULL;
}

// The same where the build did not sort the names.
static const char *find_unsorted(const char *wanted, size_t len) {
    for (const char *name = mp_frozen_names; *name != 0; name += strlen(name) + 1) {
        if (is_command(name) && compare(name, wanted, len) == 0) {
            return name;
        }
    }
    return NULL;
}

static const char *find_command(const char *wanted, size_t len) {
    if (names_end == NULL) {
        check_names();
    }
    if (names_end == mp_frozen_names) {
        return find_unsorted(wanted, len);
    }
    if (groups == 0) {
        find_groups();
    }
    const char *path = NULL;
    for (size_t i = 0; i < groups && path == NULL; ++i) {
        path = find_in_group(group[i], group[i + 1], wanted, len);
    }
    return path;
}

// command(name) -> path of the frozen module upyos/bin/<group>/<name>.py, or None
static mp_obj_t upyos_command(mp_obj_t name_in) {
    size_t len;
    const char *wanted = mp_obj_str_get_data(name_in, &len);
    const char *path = find_command(wanted, len);
    return path != NULL ? mp_obj_new_str_from_cstr(path) : mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_command_obj, upyos_command);
