// SPDX-License-Identifier: MIT
//
// os.statvfs counts used blocks with lfs2_fs_traverse (extmod/vfs_lfsx.c). That visits the two blocks of each
// directory twice, so that none is missed: the free space of 11 directories too many. lfs2_fs_size counts once.

#include "lib/littlefs/lfs2.h"

int __wrap_lfs2_fs_traverse(lfs2_t *lfs, int (*visit)(void *, lfs2_block_t), void *data);

int __wrap_lfs2_fs_traverse(lfs2_t *lfs, int (*visit)(void *, lfs2_block_t), void *data) {
    lfs2_ssize_t size = lfs2_fs_size(lfs);
    int result = size < 0 ? size : 0;
    for (lfs2_block_t block = 0; result == 0 && (lfs2_ssize_t)block < size; ++block) {
        result = visit(data, block);
    }
    return result;
}
