# SPDX-License-Identifier: MIT
# Two firmware slots on boards whose boot ROM chooses (RP2350): the deciding code of ports/rp2/pair. How the port's
# flash is read is said in the board's mpconfigboard.cmake (scripts/upyfw/build/firmware_rp2.py).
get_filename_component(UPYOS_RP2 ${CMAKE_CURRENT_LIST_DIR}/../../../ports/rp2 ABSOLUTE)
add_library(usermod_pair INTERFACE)
set(PAIR_SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/rom.c
    ${CMAKE_CURRENT_LIST_DIR}/slot.c
    ${CMAKE_CURRENT_LIST_DIR}/trial.c
    ${CMAKE_CURRENT_LIST_DIR}/../slots/feed.c
    ${CMAKE_CURRENT_LIST_DIR}/../slots/fields.c
    ${CMAKE_CURRENT_LIST_DIR}/../slots/flash.c
)
set(PAIR_CORE
    ${UPYOS_RP2}/boot/core/image.c
    ${UPYOS_RP2}/pair/blocks.c
    ${UPYOS_RP2}/pair/pair.c
)
target_sources(usermod_pair INTERFACE ${PAIR_SOURCES} ${PAIR_CORE})
target_include_directories(usermod_pair INTERFACE
    ${CMAKE_CURRENT_LIST_DIR} ${CMAKE_CURRENT_LIST_DIR}/../slots ${UPYOS_RP2}/pair ${UPYOS_RP2}/boot/core ${MICROPY_DIR}/lib/mbedtls/include)
set_source_files_properties(${PAIR_SOURCES} ${PAIR_CORE} PROPERTIES COMPILE_OPTIONS "-Wall;-Werror;-DBOOT_HEADER_BYTES=512")
target_compile_definitions(usermod_pair INTERFACE UPYOS_SWAP=1 UPYOS_PAIR=1)
target_link_libraries(usermod INTERFACE usermod_pair)
