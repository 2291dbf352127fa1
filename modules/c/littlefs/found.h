// SPDX-License-Identifier: MIT
//
// Included in littlefs (micropython.cmake), around its search for a path. What was found last is known until anything is
// written: a file is asked about several times in a row, for os.stat alone twice (what it is, and its time), and each time
// littlefs would read the directories on the path. That nothing of the kind is there is known as well.

#include "py/mpconfig.h"

// Of all writes to block devices, and mounts (modules/c/upyos/changes.c).
extern mp_uint_t upyos_writes;

// Longer paths are searched for each time.
#define UPYOS_PATH_BYTES (35)

static struct {
    const lfs2_t *lfs2;
    mp_uint_t writes;
    lfs2_mdir_t dir;
    lfs2_stag_t tag;
    uint16_t id;
    // How much of the path leads to the last name.
    uint8_t skip;
    char path[UPYOS_PATH_BYTES + 1];
} upyos_found;

static bool upyos_is_known(const lfs2_t *lfs2, const char *path) {
    return upyos_found.lfs2 == lfs2 && upyos_found.writes == upyos_writes && strcmp(upyos_found.path, path) == 0;
}

static lfs2_stag_t lfs2_dir_find(lfs2_t *lfs2, lfs2_mdir_t *dir, const char **path, uint16_t *id) {
    const char *whole = *path;
    if (!upyos_is_known(lfs2, whole)) {
        upyos_found.lfs2 = NULL;
        upyos_found.id = 0;
        lfs2_stag_t tag = upyos_dir_find(lfs2, dir, path, &upyos_found.id);
        size_t bytes = strlen(whole);
        if (bytes <= UPYOS_PATH_BYTES && (tag >= 0 || tag == LFS2_ERR_NOENT)) {
            memcpy(upyos_found.path, whole, bytes + 1);
            upyos_found.skip = *path - whole;
            upyos_found.dir = *dir;
            upyos_found.tag = tag;
            upyos_found.writes = upyos_writes;
            upyos_found.lfs2 = lfs2;
        }
        if (id != NULL) {
            *id = upyos_found.id;
        }
        return tag;
    }
    *dir = upyos_found.dir;
    *path = whole + upyos_found.skip;
    if (id != NULL) {
        *id = upyos_found.id;
    }
    return upyos_found.tag;
}

