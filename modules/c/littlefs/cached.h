// SPDX-License-Identifier: MIT
//
// Included in littlefs (micropython.cmake): what of a block can be read in the cache, without a copy.

// How many bytes from an offset on are there.
static inline lfs2_size_t upyos_cached(const lfs2_cache_t *pcache, const lfs2_cache_t *rcache, lfs2_block_t block, lfs2_off_t off) {
    lfs2_off_t at = off - rcache->off;
    bool known = block == rcache->block && (pcache == NULL || block != pcache->block);
    return known && at < rcache->size ? rcache->size - at : 0;
}

static inline const uint8_t *upyos_cache_at(const lfs2_cache_t *rcache, lfs2_off_t off) {
    return rcache->buffer + (off - rcache->off);
}

// memcpy is in the boot ROM, behind two functions: the tags that are read one by one are not worth its call.
static inline void upyos_copy(uint8_t *to, const uint8_t *from, lfs2_size_t size) {
    if (size > 16) {
        memcpy(to, from, size);
        return;
    }
    for (const uint8_t *end = to + size; to < end; ) {
        *to++ = *from++;
    }
}

