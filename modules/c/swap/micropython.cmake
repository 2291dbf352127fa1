# SPDX-License-Identifier: MIT
# Two firmware slots, on boards with the boot loader of ports/rp2/boot: its deciding code once more, for what the running firmware
# may ask of the journal. SHA-256 is that of the Mbed TLS which the port links.
get_filename_component(UPYOS_BOOT_CORE ${CMAKE_CURRENT_LIST_DIR}/../../../ports/rp2/boot/core ABSOLUTE)
add_library(usermod_swap INTERFACE)
set(SWAP_SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/slot.c
    ${CMAKE_CURRENT_LIST_DIR}/trial.c
    ${CMAKE_CURRENT_LIST_DIR}/../slots/feed.c
    ${CMAKE_CURRENT_LIST_DIR}/../slots/fields.c
    ${CMAKE_CURRENT_LIST_DIR}/../slots/flash.c
)
set(SWAP_CORE
    ${UPYOS_BOOT_CORE}/boot.c
    ${UPYOS_BOOT_CORE}/image.c
    ${UPYOS_BOOT_CORE}/journal.c
    ${UPYOS_BOOT_CORE}/swap.c
)
target_sources(usermod_swap INTERFACE ${SWAP_SOURCES} ${SWAP_CORE})
target_include_directories(usermod_swap INTERFACE
    ${CMAKE_CURRENT_LIST_DIR}/../slots ${UPYOS_BOOT_CORE} ${MICROPY_DIR}/lib/mbedtls/include)
set_source_files_properties(${SWAP_SOURCES} PROPERTIES COMPILE_OPTIONS "-Wall;-Werror")
target_compile_definitions(usermod_swap INTERFACE UPYOS_SWAP=1)
# A slot has no room for what Mbed TLS can compute: AES takes 6 KB less with one table where it has four.
target_compile_definitions(usermod_swap INTERFACE MBEDTLS_AES_FEWER_TABLES)
target_link_libraries(usermod INTERFACE usermod_swap)
