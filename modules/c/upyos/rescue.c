// SPDX-License-Identifier: MIT
//
// Mount a littlefs of which a directory is damaged, to read the rest.
//
// lfs2_mount reads the two metadata blocks of every directory, along one list through all of them, for what an interrupted
// rename left. One that cannot be read fails the mount, though a path leads only through the directories that it names. While
// a mount may rescue, the list ends at the first such directory: its blocks look empty then, and later on as they are.
// What reads them gets an error.
//
// A file system that is mounted to read only is refused all changes before littlefs begins with them: it would look for
// free blocks along that list, and erase.

#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"
#include "extmod/vfs.h"
#include "lib/littlefs/lfs2.h"
#include "upyos.h"

#define NO_BLOCK ((lfs2_block_t)-1)
// The metadata blocks of the root that each littlefs begins with.
#define ROOT_BLOCKS (2)

// An empty metadata block without a next directory: revision 1, tag of a checksum, checksum (littlefs SPEC.md, "Metadata
// pairs", "Metadata tags", "CRC"); erased behind that.
static const uint8_t empty_block[] = {0x01, 0x00, 0x00, 0x00, 0xaf, 0xf0, 0x03, 0xfb, 0xdc, 0x22, 0xf9, 0xf7};

static bool may_rescue;
// While such a mount runs: how blocks are read, the block that was read last, the one that looks empty.
static int (*read_block)(const struct lfs2_config *, lfs2_block_t, lfs2_off_t, void *, lfs2_size_t);
static lfs2_block_t last_block;
static lfs2_block_t damaged_block;

static int read_until_damage(const struct lfs2_config *cfg, lfs2_block_t block, lfs2_off_t off, void *buf, lfs2_size_t size) {
    last_block = block;
    if (block != damaged_block) {
        return read_block(cfg, block, off, buf, size);
    }
    memset(buf, 0xff, size);
    if (off < sizeof(empty_block)) {
        lfs2_size_t left = sizeof(empty_block) - off;
        memcpy(buf, empty_block + off, size < left ? size : left);
    }
    return 0;
}

int __real_lfs2_mount(lfs2_t *lfs, const struct lfs2_config *cfg);
int __wrap_lfs2_mount(lfs2_t *lfs, const struct lfs2_config *cfg);

int __wrap_lfs2_mount(lfs2_t *lfs, const struct lfs2_config *cfg) {
    // Nothing is known of what may lie in the memory of another one.
    ++upyos_writes;
    if (!may_rescue) {
        return __real_lfs2_mount(lfs, cfg);
    }
    // extmod/vfs_lfsx.c has it in memory
    struct lfs2_config *config = (struct lfs2_config *)cfg;
    read_block = cfg->read;
    config->read = read_until_damage;
    last_block = damaged_block = NO_BLOCK;
    int result = __real_lfs2_mount(lfs, cfg);
    if (result == LFS2_ERR_CORRUPT && last_block >= ROOT_BLOCKS) {
        damaged_block = last_block;
        result = __real_lfs2_mount(lfs, cfg);
    }
    config->read = read_block;
    if (result == 0) {
        // Nothing of the empty block stays, and no half of what a rename left: it would hide files.
        lfs->rcache.block = NO_BLOCK;
        memset(&lfs->gstate, 0, sizeof(lfs->gstate));
        lfs->gdisk = lfs->gstate;
    }
    return result;
}

// rescue(on): whether mounts of littlefs, until it is off, may leave a damaged directory out
static mp_obj_t upyos_rescue(mp_obj_t on) {
    may_rescue = mp_obj_is_true(on);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_rescue_obj, upyos_rescue);

// As vfs.mount(..., readonly=True) leaves the device of a file system.
static bool is_read_only(const lfs2_t *lfs) {
    return ((mp_vfs_blockdev_t *)lfs->cfg->context)->writeblocks[0] == MP_OBJ_NULL;
}

int __real_lfs2_file_opencfg(lfs2_t *lfs, lfs2_file_t *file, const char *path, int flags, const struct lfs2_file_config *cfg);
int __wrap_lfs2_file_opencfg(lfs2_t *lfs, lfs2_file_t *file, const char *path, int flags, const struct lfs2_file_config *cfg);
int __real_lfs2_mkdir(lfs2_t *lfs, const char *path);
int __wrap_lfs2_mkdir(lfs2_t *lfs, const char *path);
int __real_lfs2_remove(lfs2_t *lfs, const char *path);
int __wrap_lfs2_remove(lfs2_t *lfs, const char *path);
int __real_lfs2_rename(lfs2_t *lfs, const char *from, const char *to);
int __wrap_lfs2_rename(lfs2_t *lfs, const char *from, const char *to);

int __wrap_lfs2_file_opencfg(lfs2_t *lfs, lfs2_file_t *file, const char *path, int flags, const struct lfs2_file_config *cfg) {
    if ((flags & LFS2_O_WRONLY) && is_read_only(lfs)) {
        return -MP_EROFS;
    }
    return __real_lfs2_file_opencfg(lfs, file, path, flags, cfg);
}

int __wrap_lfs2_mkdir(lfs2_t *lfs, const char *path) {
    return is_read_only(lfs) ? -MP_EROFS : __real_lfs2_mkdir(lfs, path);
}

int __wrap_lfs2_remove(lfs2_t *lfs, const char *path) {
    return is_read_only(lfs) ? -MP_EROFS : __real_lfs2_remove(lfs, path);
}

int __wrap_lfs2_rename(lfs2_t *lfs, const char *from, const char *to) {
    return is_read_only(lfs) ? -MP_EROFS : __real_lfs2_rename(lfs, from, to);
}
