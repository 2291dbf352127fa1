# SPDX-License-Identifier: MIT
# littlefs reads the log of each directory on a path at every look at a file, and its checksum over it in pieces of 8 bytes, each of
# which was copied out of the cache by a function of 60 instructions. In a copy of lfs2.c that is compiled in its place, what
# is in the cache is summed up, compared and read there, and the path that was found last is known. Each mend names what it replaces
# or stands in front of, which must be there exactly once: another MicroPython version ends the build here.
file(READ ${MICROPY_DIR}/lib/littlefs/lfs2.c UPYOS_LFS2)

function(upyos_mend_lfs before after)
    string(FIND "${UPYOS_LFS2}" "${before}" first)
    string(FIND "${UPYOS_LFS2}" "${before}" last REVERSE)
    if(first EQUAL -1 OR NOT first EQUAL last)
        message(FATAL_ERROR "littlefs of this MicroPython is not the one that is mended here:\n${before}")
    endif()
    string(REPLACE "${before}" "${after}" mended "${UPYOS_LFS2}")
    set(UPYOS_LFS2 "${mended}" PARENT_SCOPE)
endfunction()

# In front of a line that is there once.
function(upyos_insert_lfs before text)
    upyos_mend_lfs("${before}" "${text}${before}")
    set(UPYOS_LFS2 "${UPYOS_LFS2}" PARENT_SCOPE)
endfunction()

upyos_insert_lfs(
    "static int lfs2_bd_read(lfs2_t *lfs2,
        const lfs2_cache_t *pcache, lfs2_cache_t *rcache, lfs2_size_t hint,
        lfs2_block_t block, lfs2_off_t off,
        void *buffer, lfs2_size_t size) {"
    "#include \"${CMAKE_CURRENT_LIST_DIR}/cached.h\"
")
upyos_insert_lfs(
    "    uint8_t *data = buffer;
    if (off+size > lfs2->cfg->block_size
            || "
    "    if (size <= upyos_cached(pcache, rcache, block, off)) {
        upyos_copy(buffer, upyos_cache_at(rcache, off), size);
        return 0;
    }
")
upyos_insert_lfs(
    "        uint8_t dat[8];
        diff = lfs2_min(size-i, sizeof(dat));"
    "        lfs2_size_t cached = upyos_cached(pcache, rcache, block, off + i);
        if (cached > 0) {
            diff = lfs2_min(size - i, cached);
            *crc = lfs2_crc(*crc, upyos_cache_at(rcache, off + i), diff);
            continue;
        }
")
upyos_insert_lfs(
    "        uint8_t dat[8];

        diff = lfs2_min(size-i, sizeof(dat));"
    "        lfs2_size_t cached = upyos_cached(pcache, rcache, block, off + i);
        if (cached > 0) {
            diff = lfs2_min(size - i, cached);
            int differs = memcmp(upyos_cache_at(rcache, off + i), data + i, diff);
            if (differs) {
                return differs < 0 ? LFS2_CMP_LT : LFS2_CMP_GT;
            }
            continue;
        }
")
# What was found last.
upyos_mend_lfs(
    "static lfs2_stag_t lfs2_dir_find(lfs2_t *lfs2, lfs2_mdir_t *dir,"
    "static lfs2_stag_t upyos_dir_find(lfs2_t *lfs2, lfs2_mdir_t *dir,")
upyos_insert_lfs(
    "// commit logic
struct lfs2_commit {"
    "#include \"${CMAKE_CURRENT_LIST_DIR}/found.h\"
")
# They lie elsewhere.
string(REPLACE "#include \"lfs2" "#include \"lib/littlefs/lfs2" UPYOS_LFS2 "${UPYOS_LFS2}")

file(WRITE ${CMAKE_BINARY_DIR}/upyos/lib/littlefs/lfs2.c.new "${UPYOS_LFS2}")
configure_file(${CMAKE_BINARY_DIR}/upyos/lib/littlefs/lfs2.c.new ${CMAKE_BINARY_DIR}/upyos/lib/littlefs/lfs2.c COPYONLY)
set_source_files_properties(${MICROPY_DIR}/lib/littlefs/lfs2.c PROPERTIES HEADER_FILE_ONLY ON)
set_source_files_properties(${CMAKE_BINARY_DIR}/upyos/lib/littlefs/lfs2.c PROPERTIES
    COMPILE_OPTIONS "-O2"
    OBJECT_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/cached.h;${CMAKE_CURRENT_LIST_DIR}/found.h")
target_sources(usermod_upyos INTERFACE ${CMAKE_BINARY_DIR}/upyos/lib/littlefs/lfs2.c)
