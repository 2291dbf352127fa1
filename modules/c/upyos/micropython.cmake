# SPDX-License-Identifier: MIT
add_library(usermod_upyos INTERFACE)
set(UPYOS_SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/upyos.c
    ${CMAKE_CURRENT_LIST_DIR}/blockdev.c
    ${CMAKE_CURRENT_LIST_DIR}/cells.c
    ${CMAKE_CURRENT_LIST_DIR}/changes.c
    ${CMAKE_CURRENT_LIST_DIR}/console.c
    ${CMAKE_CURRENT_LIST_DIR}/cores.c
    ${CMAKE_CURRENT_LIST_DIR}/crc.c
    ${CMAKE_CURRENT_LIST_DIR}/frozen.c
    ${CMAKE_CURRENT_LIST_DIR}/heap.c
    ${CMAKE_CURRENT_LIST_DIR}/import.c
    ${CMAKE_CURRENT_LIST_DIR}/keep.c
    ${CMAKE_CURRENT_LIST_DIR}/leave.c
    ${CMAKE_CURRENT_LIST_DIR}/listing.c
    ${CMAKE_CURRENT_LIST_DIR}/load.c
    ${CMAKE_CURRENT_LIST_DIR}/mend.c
    ${CMAKE_CURRENT_LIST_DIR}/mirror.c
    ${CMAKE_CURRENT_LIST_DIR}/pattern.c
    ${CMAKE_CURRENT_LIST_DIR}/search.c
    ${CMAKE_CURRENT_LIST_DIR}/sort.c
    ${CMAKE_CURRENT_LIST_DIR}/space.c
    ${CMAKE_CURRENT_LIST_DIR}/span.c
    ${CMAKE_CURRENT_LIST_DIR}/terminal.c
    ${CMAKE_CURRENT_LIST_DIR}/text.c
    ${CMAKE_CURRENT_LIST_DIR}/tick.c
)
target_sources(usermod_upyos INTERFACE ${UPYOS_SOURCES})
target_include_directories(usermod_upyos INTERFACE ${CMAKE_CURRENT_LIST_DIR})
set_source_files_properties(${UPYOS_SOURCES} PROPERTIES COMPILE_OPTIONS "-Wall;-Werror")
# Loops over bytes: in the way of every look-up, and of text commands.
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/crc.c ${CMAKE_CURRENT_LIST_DIR}/frozen.c
    ${CMAKE_CURRENT_LIST_DIR}/pattern.c ${CMAKE_CURRENT_LIST_DIR}/text.c
    PROPERTIES COMPILE_OPTIONS "-Wall;-Werror;-O2")
# Of MicroPython's own sources: names are looked up at every import, directories at every look at a file.
set_source_files_properties(${MICROPY_DIR}/py/qstr.c ${MICROPY_DIR}/lib/littlefs/lfs2.c PROPERTIES COMPILE_OPTIONS "-O2")
# A module's table of names is not made anew four times before it holds a dozen. That of all modules has room from the start
# for what the start loads: it would stay where it was made, between what the start leaves.
target_compile_definitions(usermod_upyos INTERFACE MICROPY_MODULE_DICT_SIZE=12 MICROPY_LOADED_MODULES_DICT_SIZE=40)
# Imports, searches for frozen modules, and output of print and sys.stdout pass these.
target_link_options(usermod_upyos INTERFACE
    "LINKER:--wrap=mp_builtin___import___default"
    "LINKER:--wrap=mp_find_frozen_module"
    # Where listing.c sees littlefs read a directory.
    "LINKER:--wrap=lfs2_dir_read"
    "LINKER:--wrap=lfs2_fs_traverse"
    "LINKER:--wrap=lfs2_crc"
    # What blockdev.c stands around, and what it keeps out meanwhile.
    "LINKER:--wrap=mp_vfs_blockdev_read"
    "LINKER:--wrap=mp_vfs_blockdev_read_ext"
    "LINKER:--wrap=f_open"
    "LINKER:--wrap=mp_vfs_blockdev_write"
    "LINKER:--wrap=mp_vfs_blockdev_write_ext"
    "LINKER:--wrap=mp_vfs_blockdev_ioctl"
    "LINKER:--wrap=mp_handle_pending"
    "LINKER:--wrap=mp_event_handle_nowait"
    "LINKER:--wrap=mp_hal_stdout_tx_strn"
    "LINKER:--wrap=mp_hal_stdout_tx_strn_cooked")
if(DEFINED PICO_SDK_PATH)
    # The handler that keeps a core in RAM while the other one writes the flash calls functions that are inline only when
    # GCC does not save space: else they are in flash, and what wakes the core makes it run from there.
    set_source_files_properties(${PICO_SDK_PATH}/src/rp2_common/pico_multicore/multicore.c PROPERTIES COMPILE_OPTIONS "-O2")
    # Where a core may let go of the interpreter (cores.c), and where core 1 begins and ends.
    target_link_options(usermod_upyos INTERFACE
        "LINKER:--wrap=mp_event_wait_indefinite"
        "LINKER:--wrap=mp_wfe_or_timeout"
        "LINKER:--wrap=mutex_enter_blocking"
        "LINKER:--wrap=mp_thread_create"
        "LINKER:--wrap=mp_thread_start"
        "LINKER:--wrap=mp_thread_finish"
        "LINKER:--wrap=mp_thread_deinit")
endif()
target_link_libraries(usermod INTERFACE usermod_upyos)
