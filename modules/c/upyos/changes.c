// SPDX-License-Identifier: MIT
//
// changes(): whether any file system was written since, so that what was read from one can be kept.
// All writes of littlefs and FAT pass blockdev.c.

#include "py/runtime.h"
#include "py/smallint.h"
#include "extmod/vfs.h"
#if MICROPY_VFS_FAT
#include "extmod/vfs_fat.h"
#endif
#include "extmod/vfs_lfs.h"
#include "upyos.h"

mp_uint_t upyos_writes;

#if MICROPY_VFS_FAT
// A new file is in FAT's buffer, and seen there, before it is written.
FRESULT __real_f_open(FATFS *fs, FIL *file, const TCHAR *path, BYTE mode);
FRESULT __wrap_f_open(FATFS *fs, FIL *file, const TCHAR *path, BYTE mode);

FRESULT __wrap_f_open(FATFS *fs, FIL *file, const TCHAR *path, BYTE mode) {
    FRESULT result = __real_f_open(fs, file, path, mode);
    upyos_writes += (mode & FA_WRITE) != 0;
    return result;
}
#endif

static bool writes_are_counted(mp_obj_t vfs) {
    const mp_obj_type_t *type = mp_obj_get_type(vfs);
    #if MICROPY_VFS_FAT
    if (type == &mp_fat_vfs_type) {
        return true;
    }
    #endif
    return type == &mp_type_vfs_lfs2;
}

// changes() -> an int that is another one after any write to a block device, mount or unmount:
// what was learnt from a file system holds while it stays the same. With a file system of another kind mounted, such as
// one in Python or that of a host, it never does.
static mp_obj_t upyos_changes(void) {
    mp_uint_t mounts = 0;
    for (mp_vfs_mount_t *vfs = MP_STATE_VM(vfs_mount_table); vfs != NULL; vfs = vfs->next) {
        mounts = mounts * 31 + (uintptr_t)vfs->obj + vfs->len;
        upyos_writes += !writes_are_counted(vfs->obj);
    }
    return MP_OBJ_NEW_SMALL_INT((upyos_writes + mounts) & (((mp_uint_t)MP_SMALL_INT_MAX) >> 1));
}
MP_DEFINE_CONST_FUN_OBJ_0(upyos_changes_obj, upyos_changes);
