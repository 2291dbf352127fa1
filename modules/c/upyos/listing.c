// SPDX-License-Identifier: MIT
//
// entries(path[, start]): a directory with the times of its files. littlefs keeps a directory as a log, and reads it from its
// end for each thing that it wants to know of each entry; os.stat does so twice more. That took most of the time of a
// listing.
//
// os.ilistdir does the work; while it runs, the wrapped lfs2_dir_read sees which metadata block littlefs is at, reads
// its log once and answers from what it found (littlefs SPEC.md, "Metadata pairs" and "Metadata tags").

#include <string.h>

#include "py/gc.h"
#include "py/runtime.h"
#include "extmod/vfs.h"
#include "shared/timeutils/timeutils.h"
#include "lib/littlefs/lfs2.h"

// Tag: 1 bit valid, 11 bits type, 10 bits id, 10 bits length; big-endian, XORed with the tag before it.
#define TAG_TYPE(tag) ((tag) >> 20 & 0x7ff)
#define TAG_ID(tag) ((tag) >> 10 & 0x3ff)
#define TAG_LENGTH(tag) ((tag) & 0x3ff)
#define TAG_BYTES (4)
#define LENGTH_DELETED (0x3ff)
// Types; the three kinds of content are 0x200 (directory), 0x201 (in the log itself) and 0x202.
#define TAG_FILE (0x001)
#define TAG_DIRECTORY (0x002)
#define TAG_CONTENT (0x200)
#define TAG_INLINE (0x201)
#define TAG_BLOCKS (0x202)
#define TAG_CREATE (0x401)
#define TAG_DELETE (0x4ff)
#define TYPE_CLASS (0x700)
// The attribute in which MicroPython keeps the time, ns since 1970, 8 bytes little-endian (extmod/vfs_lfs.c).
#define TAG_TIME (0x301)
#define TIME_BYTES (8)

#define NO_BLOCK ((lfs2_block_t)-1)
#define NO_ENTRY (0xffff)
// Where the time stands in a row of entries().
#define TIME (2)

typedef struct _entry_t {
    lfs2_size_t size;
    // Where in the block name and time stand.
    uint16_t name;
    uint16_t time;
    uint16_t name_bytes;
    // TAG_FILE or TAG_DIRECTORY; 0 if that was not found.
    uint8_t type;
    bool has_content;
    bool has_time;
} entry_t;

typedef struct _listing_t {
    // The file system that `block` is of: another thread may read another one meanwhile.
    const lfs2_t *lfs;
    // A metadata block, as far as its log goes.
    uint8_t *block;
    size_t room;
    // What the log in `block` says, by id.
    entry_t *entries;
    size_t count;
    // Which metadata block it is, and as of when.
    lfs2_block_t addr;
    uint32_t rev;
    lfs2_off_t off;
    // What was read last, or NULL.
    const entry_t *last;
    // What the names begin with that are asked for.
    const char *start;
    size_t start_bytes;
} listing_t;

// A place in a log; walked from its end.
typedef struct _place_t {
    const uint8_t *block;
    lfs2_off_t off;
    uint32_t tag;
    uint32_t before;
} place_t;

// The listing whose next entry is being read, or NULL; it lives on the stack of entries().
static listing_t *listing;

static uint32_t big_endian(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

static uint64_t little_endian(const uint8_t *at, int bytes) {
    uint64_t value = 0;
    while (bytes-- > 0) {
        value = value << 8 | at[bytes];
    }
    return value;
}

static place_t log_end(const uint8_t *block, const lfs2_mdir_t *m) {
    return (place_t) { block, m->off, 0, m->etag };
}

// Go to the tag before; false at the beginning.
static bool log_back(place_t *p) {
    lfs2_off_t bytes = TAG_BYTES + (TAG_LENGTH(p->before) == LENGTH_DELETED ? 0 : TAG_LENGTH(p->before));
    if (p->off < TAG_BYTES + bytes) {
        return false;
    }
    p->off -= bytes;
    p->tag = p->before;
    p->before = (big_endian(p->block + p->off) ^ p->tag) & 0x7fffffff;
    return true;
}

// What a tag says of an entry, unless a newer one has said it.
static void note(entry_t *entry, const place_t *p) {
    uint32_t type = TAG_TYPE(p->tag);
    size_t at = p->off + TAG_BYTES;
    if ((type == TAG_FILE || type == TAG_DIRECTORY) && entry->type == 0) {
        entry->type = type;
        entry->name = at;
        entry->name_bytes = TAG_LENGTH(p->tag);
    } else if ((type & TYPE_CLASS) == TAG_CONTENT && !entry->has_content) {
        entry->has_content = true;
        // of what is in blocks: the head of their list, the size
        entry->size = type == TAG_INLINE ? TAG_LENGTH(p->tag)
            : type == TAG_BLOCKS ? little_endian(p->block + at + 4, 4) : 0;
    } else if (type == TAG_TIME && !entry->has_time) {
        entry->has_time = true;
        entry->time = TAG_LENGTH(p->tag) == TIME_BYTES ? at : 0;
    }
}

// Fill entries from the log. now: room for the id that an entry has, by the one that it had where the walk is: what
// was created or deleted in front of it later on moved it.
static void read_log(place_t p, uint16_t *now, size_t count, entry_t *entries) {
    for (size_t id = 0; id < count; ++id) {
        now[id] = id;
    }
    while (log_back(&p)) {
        size_t id = TAG_ID(p.tag);
        if (TAG_TYPE(p.tag) == TAG_CREATE && id < count) {
            count -= 1;
            memmove(&now[id], &now[id + 1], (count - id) * sizeof(*now));
        } else if (TAG_TYPE(p.tag) == TAG_DELETE && id <= count) {
            memmove(&now[id + 1], &now[id], (count - id) * sizeof(*now));
            now[id] = NO_ENTRY;
            count += 1;
        } else if (id < count && now[id] != NO_ENTRY) {
            note(&entries[now[id]], &p);
        }
    }
}

static size_t count_deleted(place_t p) {
    size_t found = 0;
    while (log_back(&p)) {
        found += TAG_TYPE(p.tag) == TAG_DELETE;
    }
    return found;
}

static void forget(listing_t *l) {
    l->addr = NO_BLOCK;
    l->last = NULL;
    gc_free(l->entries);
    l->entries = NULL;
    l->count = 0;
}

// Read a metadata block and its log, if there is memory for it and littlefs has no move to finish, which hides entries.
static void learn(listing_t *l, lfs2_t *lfs, const lfs2_mdir_t *m) {
    forget(l);
    lfs2_size_t unit = lfs->cfg->read_size;
    lfs2_size_t bytes = (m->off + unit - 1) / unit * unit;
    if (l->room < bytes) {
        l->lfs = lfs;
        gc_free(l->block);
        l->block = m_new_maybe(uint8_t, bytes);
        l->room = l->block == NULL ? 0 : bytes;
    }
    if (l->block == NULL || (TAG_TYPE(lfs->gdisk.tag) & TYPE_CLASS) != 0
        || lfs->cfg->read(lfs->cfg, m->pair[0], 0, l->block, bytes) != 0) {
        return;
    }
    place_t end = log_end(l->block, m);
    uint16_t *now = m_new_maybe(uint16_t, m->count + count_deleted(end) + 1);
    l->entries = m_new_maybe(entry_t, m->count + 1);
    if (now != NULL && l->entries != NULL) {
        memset(l->entries, 0, m->count * sizeof(entry_t));
        read_log(end, now, m->count, l->entries);
        l->count = m->count;
        l->addr = m->pair[0];
        l->rev = m->rev;
        l->off = m->off;
    }
    gc_free(now);
}

static bool is_known(const listing_t *l, const lfs2_mdir_t *m) {
    return l->addr == m->pair[0] && l->rev == m->rev && l->off == m->off;
}

// Do what lfs2_dir_read does, from the log that was read; false if that takes more.
static bool read_known(listing_t *l, lfs2_dir_t *dir, struct lfs2_info *info) {
    // the first two are . and ..
    if (dir->pos < 2 || dir->id >= l->count || !is_known(l, &dir->m)) {
        return false;
    }
    const entry_t *entry = &l->entries[dir->id];
    if (entry->type == 0 || !entry->has_content || entry->name_bytes >= sizeof(info->name)) {
        return false;
    }
    info->type = entry->type;
    info->size = entry->size;
    memcpy(info->name, l->block + entry->name, entry->name_bytes);
    info->name[entry->name_bytes] = 0;
    dir->id += 1;
    dir->pos += 1;
    l->last = entry;
    return true;
}

int __real_lfs2_dir_read(lfs2_t *lfs, lfs2_dir_t *dir, struct lfs2_info *info);
int __wrap_lfs2_dir_read(lfs2_t *lfs, lfs2_dir_t *dir, struct lfs2_info *info);

// os.ilistdir takes an error for one more entry, and would never end.
static int read_or_raise(lfs2_t *lfs, lfs2_dir_t *dir, struct lfs2_info *info) {
    int more = __real_lfs2_dir_read(lfs, dir, info);
    if (more < 0) {
        mp_raise_OSError(-more);
    }
    return more;
}

static bool is_asked_for(const listing_t *l, const char *name) {
    return strncmp(name, l->start, l->start_bytes) == 0;
}

int __wrap_lfs2_dir_read(lfs2_t *lfs, lfs2_dir_t *dir, struct lfs2_info *info) {
    listing_t *l = listing;
    if (l == NULL || (l->lfs != NULL && l->lfs != lfs)) {
        return read_or_raise(lfs, dir, info);
    }
    // What is not asked for gets no object.
    while (read_known(l, dir, info)) {
        if (is_asked_for(l, info->name)) {
            return 1;
        }
    }
    int more = read_or_raise(lfs, dir, info);
    l->last = NULL;
    if (more > 0 && dir->pos > 2) {
        if (!is_known(l, &dir->m)) {
            learn(l, lfs, &dir->m);
        }
        l->last = dir->id <= l->count ? &l->entries[dir->id - 1] : NULL;
    }
    return more;
}

// The time of the entry read last; one without has the epoch, as in os.stat.
static mp_obj_t time_of_last(const listing_t *l) {
    uint64_t time_ns = l->last->time ? little_endian(l->block + l->last->time, TIME_BYTES) : 0;
    return timeutils_obj_from_timestamp(timeutils_seconds_since_epoch_from_nanoseconds_since_1970(time_ns));
}

// The next item of an iterator. Nothing else runs while littlefs is read; in an iterator that is Python another
// thread may make a listing of its own.
static mp_obj_t next_entry(mp_obj_t iterator, listing_t *l) {
    l->last = NULL;
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
        if (l->start_bytes > 0 && !is_asked_for(l, mp_obj_str_get_str(parts[0]))) {
            continue;
        }
        // Out of the item before the time is made: its parts do not keep it from a collection.
        mp_obj_t row[] = {parts[0], parts[1], mp_const_none, len > 3 ? parts[3] : MP_OBJ_NEW_SMALL_INT(0)};
        if (l->last != NULL) {
            row[TIME] = time_of_last(l);
        }
        mp_obj_list_append(list, mp_obj_new_tuple(MP_ARRAY_SIZE(row), row));
    }
    return list;
}

// entries(path[, start]) -> list of (name, type, time in s or None, size in bytes) of the names that begin with start. The time is
// None where the file system is not littlefs, or there is too little memory to read it.
static mp_obj_t upyos_entries(size_t n_args, const mp_obj_t *args) {
    listing_t l = { .addr = NO_BLOCK, .start = "" };
    if (n_args > 1) {
        l.start = mp_obj_str_get_data(args[1], &l.start_bytes);
    }
    mp_obj_t iterator = mp_vfs_ilistdir(1, args);
    mp_obj_t list = MP_OBJ_NULL;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        list = collect(iterator, &l);
        nlr_pop();
    }
    listing = NULL;
    gc_free(l.block);
    gc_free(l.entries);
    if (list == MP_OBJ_NULL) {
        nlr_jump(nlr.ret_val);
    }
    return list;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_entries_obj, 1, 2, upyos_entries);
