// SPDX-License-Identifier: MIT
//
// entries(path): a directory with the times of its files. os.stat finds a file by reading its directory
// from the start, twice, so one stat per file takes most of the time of a listing.
//
// os.ilistdir does the work; while it runs, the wrapped lfs2_dir_read sees where littlefs is, and the
// time is taken from the directory's metadata block (littlefs SPEC.md, "Metadata pairs" and
// "Metadata tags").

#include "py/gc.h"
#include "py/runtime.h"
#include "extmod/vfs.h"
#include "shared/timeutils/timeutils.h"
#include "lib/littlefs/lfs2.h"

// The attribute in which MicroPython keeps the time, ns since 1970, 8 bytes little-endian (extmod/vfs_lfs.c).
#define TAG_TIME (0x301)
#define TIME_BYTES (8)
// Tag: 1 bit valid, 11 bits type, 10 bits id, 10 bits length; big-endian, XORed with the tag before it.
#define TAG_TYPE(tag) ((tag) >> 20 & 0x7ff)
#define TAG_ID(tag) ((int)((tag) >> 10 & 0x3ff))
#define TAG_LENGTH(tag) ((tag) & 0x3ff)
#define TAG_CREATE (0x401)
#define TAG_DELETE (0x4ff)
#define LENGTH_DELETED (0x3ff)
#define TAG_BYTES (4)
#define NO_BLOCK ((lfs2_block_t)-1)

typedef struct _listing_t {
    // The file system that `block` is of: another thread may read another one meanwhile.
    const lfs2_t *lfs;
    uint8_t *block;
    // Which metadata block is in `block`.
    lfs2_block_t addr;
    uint32_t rev;
    // Time of the entry read last; valid if `known`.
    uint64_t time_ns;
    bool known;
} listing_t;

// The listing whose next entry is being read, or NULL; it lives on the stack of entries().
static listing_t *listing;

static uint32_t big_endian(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

// Walk the log of a metadata block from its end back to the newest time of entry `id`. What was created or
// deleted in front of an entry later on moved its id.
static bool find_time(const uint8_t *block, const lfs2_mdir_t *m, int id, uint64_t *time_ns) {
    uint32_t next = m->etag;
    lfs2_off_t off = m->off;
    for (;;) {
        uint32_t tag = next;
        lfs2_off_t size = TAG_BYTES + (TAG_LENGTH(tag) == LENGTH_DELETED ? 0 : TAG_LENGTH(tag));
        if (off < TAG_BYTES + size) {
            return false;
        }
        off -= size;
        next = (big_endian(block + off) ^ tag) & 0x7fffffff;
        if (TAG_TYPE(tag) == TAG_CREATE && TAG_ID(tag) <= id) {
            if (TAG_ID(tag) == id) {
                return false;
            }
            id -= 1;
        } else if (TAG_TYPE(tag) == TAG_DELETE && TAG_ID(tag) <= id) {
            id += 1;
        } else if (TAG_TYPE(tag) == TAG_TIME && TAG_ID(tag) == id) {
            if (TAG_LENGTH(tag) != TIME_BYTES) {
                return false;
            }
            *time_ns = 0;
            for (int i = TIME_BYTES; i > 0; --i) {
                *time_ns = *time_ns << 8 | block[off + TAG_BYTES + i - 1];
            }
            return true;
        }
    }
}

int __real_lfs2_dir_read(lfs2_t *lfs, lfs2_dir_t *dir, struct lfs2_info *info);
int __wrap_lfs2_dir_read(lfs2_t *lfs, lfs2_dir_t *dir, struct lfs2_info *info);

int __wrap_lfs2_dir_read(lfs2_t *lfs, lfs2_dir_t *dir, struct lfs2_info *info) {
    int more = __real_lfs2_dir_read(lfs, dir, info);
    listing_t *l = listing;
    if (more <= 0 || l == NULL) {
        return more;
    }
    l->known = false;
    if (l->lfs != NULL && l->lfs != lfs) {
        return more;
    }
    if (l->block == NULL) {
        l->lfs = lfs;
        l->block = m_new_maybe(uint8_t, lfs->cfg->block_size);
        l->addr = NO_BLOCK;
        if (l->block == NULL) {
            return more;
        }
    }
    if (l->addr != dir->m.pair[0] || l->rev != dir->m.rev) {
        lfs2_size_t unit = lfs->cfg->read_size;
        lfs2_size_t size = (dir->m.off + unit - 1) / unit * unit;
        if (lfs->cfg->read(lfs->cfg, dir->m.pair[0], 0, l->block, size) != 0) {
            l->addr = NO_BLOCK;
            return more;
        }
        l->addr = dir->m.pair[0];
        l->rev = dir->m.rev;
    }
    l->time_ns = 0;
    find_time(l->block, &dir->m, dir->id - 1, &l->time_ns);
    l->known = true;
    return more;
}

// The next item of an iterator. Nothing else runs while littlefs is read; in an iterator that is Python another
// thread may make a listing of its own.
static mp_obj_t next_entry(mp_obj_t iterator, listing_t *l) {
    l->known = false;
    listing = l;
    mp_obj_t item = mp_iternext(iterator);
    listing = NULL;
    return item;
}

// Put the rest of an iterator into a list, with the time in place of the inode.
static mp_obj_t collect(mp_obj_t iterator, listing_t *l) {
    mp_obj_t list = mp_obj_new_list(0, NULL);
    mp_obj_t item;
    while ((item = next_entry(iterator, l)) != MP_OBJ_STOP_ITERATION) {
        size_t len;
        mp_obj_t *parts;
        mp_obj_get_array(item, &len, &parts);
        mp_obj_t time = mp_const_none;
        if (l->known) {
            mp_timestamp_t s = timeutils_seconds_since_epoch_from_nanoseconds_since_1970(l->time_ns);
            time = timeutils_obj_from_timestamp(s);
        }
        mp_obj_t row[] = {parts[0], parts[1], time, len > 3 ? parts[3] : MP_OBJ_NEW_SMALL_INT(0)};
        mp_obj_list_append(list, mp_obj_new_tuple(MP_ARRAY_SIZE(row), row));
    }
    return list;
}

// entries(path) -> list of (name, type, time in s or None, size in bytes). The time is None where the file
// system is not littlefs; a file without one has the epoch, as in os.stat.
static mp_obj_t upyos_entries(mp_obj_t path) {
    listing_t l = {NULL, NULL, NO_BLOCK, 0, 0, false};
    mp_obj_t iterator = mp_vfs_ilistdir(1, &path);
    mp_obj_t list = MP_OBJ_NULL;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        list = collect(iterator, &l);
        nlr_pop();
    }
    listing = NULL;
    if (l.block != NULL) {
        gc_free(l.block);
    }
    if (list == MP_OBJ_NULL) {
        nlr_jump(nlr.ret_val);
    }
    return list;
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_entries_obj, upyos_entries);
