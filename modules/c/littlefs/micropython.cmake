# SPDX-License-Identifier: MIT
# littlefs reads the log of each directory on a path at every look at a file, and its checksum over it in pieces of 8 bytes, each of
# which was copied out of the cache by a function of 60 instructions. In a copy of lfs2.c that is compiled in its place, what
# is in the cache is summed up, compared and read there. Each mend names what it stands in front of, which must be there exactly
# once: another MicroPython version ends the build here.
file(READ ${MICROPY_DIR}/lib/littlefs/lfs2.c UPYOS_LFS2)

function(upyos_mend_lfs before after)
    string(FIND "${UPYOS_LFS2}" "${before}" first)
    string(FIND "${UPYOS_LFS2}" "${before}" last REVERSE)
    if(first EQUAL -1 OR NOT first EQUAL last)
        message(FATAL_ERROR "littlefs of this MicroPython is not the one that is mended here:\n${before}")
    endif()
    string(REPLACE "${before}" "${after}${before}" mended "${UPYOS_LFS2}")
    set(UPYOS_LFS2 "${mended}" PARENT_SCOPE)
endfunction()

# How many bytes of a block are in the cache from an offset on.
upyos_mend_lfs(
    "static int lfs2_bd_read(lfs2_t *lfs2,
        const lfs2_cache_t *pcache, lfs2_cache_t *rcache, lfs2_size_t hint,
        lfs2_block_t block, lfs2_off_t off,
        void *buffer, lfs2_size_t size) {"
    "static inline lfs2_size_t upyos_cached(const lfs2_cache_t *pcache, const lfs2_cache_t *rcache,
        lfs2_block_t block, lfs2_off_t off) {
    lfs2_off_t at = off - rcache->off;
    bool known = block == rcache->block && (pcache == NULL || block != pcache->block);
    return known && at < rcache->size ? rcache->size - at : 0;
}

")
upyos_mend_lfs(
    "    uint8_t *data = buffer;
    if (off+size > lfs2->cfg->block_size
            || "
    "    if (size <= upyos_cached(pcache, rcache, block, off)) {
        const uint8_t *from = rcache->buffer + (off - rcache->off);
        uint8_t *to = buffer;
        if (size > 16) {
            memcpy(to, from, size);
        } else {
            for (const uint8_t *end = to + size; to < end; ) {
                *to++ = *from++;
            }
        }
        return 0;
    }
")
upyos_mend_lfs(
    "        uint8_t dat[8];
        diff = lfs2_min(size-i, sizeof(dat));"
    "        lfs2_size_t cached = upyos_cached(pcache, rcache, block, off + i);
        if (cached > 0) {
            diff = lfs2_min(size - i, cached);
            *crc = lfs2_crc(*crc, rcache->buffer + (off + i - rcache->off), diff);
            continue;
        }
")
upyos_mend_lfs(
    "        uint8_t dat[8];

        diff = lfs2_min(size-i, sizeof(dat));"
    "        lfs2_size_t cached = upyos_cached(pcache, rcache, block, off + i);
        if (cached > 0) {
            diff = lfs2_min(size - i, cached);
            int differs = memcmp(rcache->buffer + (off + i - rcache->off), data + i, diff);
            if (differs) {
                return differs < 0 ? LFS2_CMP_LT : LFS2_CMP_GT;
            }
            continue;
        }
")
# They lie elsewhere.
string(REPLACE "#include \"lfs2" "#include \"lib/littlefs/lfs2" UPYOS_LFS2 "${UPYOS_LFS2}")

file(WRITE ${CMAKE_BINARY_DIR}/upyos/lib/littlefs/lfs2.c.new "${UPYOS_LFS2}")
configure_file(${CMAKE_BINARY_DIR}/upyos/lib/littlefs/lfs2.c.new ${CMAKE_BINARY_DIR}/upyos/lib/littlefs/lfs2.c COPYONLY)
set_source_files_properties(${MICROPY_DIR}/lib/littlefs/lfs2.c PROPERTIES HEADER_FILE_ONLY ON)
set_source_files_properties(${CMAKE_BINARY_DIR}/upyos/lib/littlefs/lfs2.c PROPERTIES COMPILE_OPTIONS "-O2")
target_sources(usermod_upyos INTERFACE ${CMAKE_BINARY_DIR}/upyos/lib/littlefs/lfs2.c)
