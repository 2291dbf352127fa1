# SPDX-License-Identifier: MIT
add_library(usermod_upyos INTERFACE)
# Every C file of the folder: what is of one port alone is empty on the others (#if at its top).
file(GLOB UPYOS_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.c)
target_sources(usermod_upyos INTERFACE ${UPYOS_SOURCES})
target_include_directories(usermod_upyos INTERFACE ${CMAKE_CURRENT_LIST_DIR})
if(NOT ESP_PLATFORM)
    # Of Mbed TLS signed.c has the headers found, though it skips them. ESP-IDF has its own Mbed TLS, whose headers must not be
    # hidden by these.
    target_include_directories(usermod_upyos INTERFACE ${MICROPY_DIR}/lib/mbedtls/include)
endif()
set_source_files_properties(${UPYOS_SOURCES} PROPERTIES COMPILE_OPTIONS "-Wall;-Werror")
# Loops over bytes and names: in the way of every look-up, and of text commands.
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/crc.c ${CMAKE_CURRENT_LIST_DIR}/frozen.c
    ${CMAKE_CURRENT_LIST_DIR}/interned.c ${CMAKE_CURRENT_LIST_DIR}/maps.c
    ${CMAKE_CURRENT_LIST_DIR}/pattern.c ${CMAKE_CURRENT_LIST_DIR}/text.c
    PROPERTIES COMPILE_OPTIONS "-Wall;-Werror;-O2")
# Of MicroPython's own sources: names are looked up at every import, directories at every look at a file.
set_source_files_properties(${MICROPY_DIR}/py/qstr.c ${MICROPY_DIR}/lib/littlefs/lfs2.c PROPERTIES COMPILE_OPTIONS "-O2")
# A module's table of names is not made anew four times before it holds a dozen.
target_compile_definitions(usermod_upyos INTERFACE MICROPY_MODULE_DICT_SIZE=12)
# build.txt has what the Makefile shares: definitions, and functions that the linker wraps.
function(upyos_shared kind where out)
    file(STRINGS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/build.txt lines REGEX "^${kind} ${where} ")
    list(TRANSFORM lines REPLACE "^${kind} ${where} " "")
    set(${out} ${lines} PARENT_SCOPE)
endfunction()
foreach(where all chip cmake)
    upyos_shared(define ${where} UPYOS_DEFINED)
    target_compile_definitions(usermod_upyos INTERFACE ${UPYOS_DEFINED})
    upyos_shared(wrap ${where} UPYOS_WRAPPED)
    list(TRANSFORM UPYOS_WRAPPED PREPEND "LINKER:--wrap=")
    target_link_options(usermod_upyos INTERFACE ${UPYOS_WRAPPED})
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/build.txt)
if(MICROPY_FROZEN_MANIFEST)
    # What MicroPython froze is frozen once more, without what stands twice, before it is compiled. Deferred: that is set up later.
    set(UPYOS_FROZEN_NAMES ${CMAKE_CURRENT_LIST_DIR}/../../../scripts/upyfw/build/frozen_names.py)
    string(REGEX REPLACE "\\.py$" ".names" UPYOS_NAMES ${MICROPY_FROZEN_MANIFEST})
    set(UPYOS_FROZEN ${CMAKE_BINARY_DIR}/frozen_content.stamp)
    cmake_language(DEFER CALL add_custom_command OUTPUT ${UPYOS_FROZEN}
        COMMAND ${Python3_EXECUTABLE} ${UPYOS_FROZEN_NAMES} -o ${MICROPY_FROZEN_CONTENT} -b ${CMAKE_BINARY_DIR}
            -v MPY_DIR=${MICROPY_DIR} --mpy-tool-flags=${MICROPY_MPY_TOOL_FLAGS} ${MICROPY_FROZEN_MANIFEST}
        COMMAND ${CMAKE_COMMAND} -E touch ${UPYOS_FROZEN}
        DEPENDS ${MICROPY_FROZEN_CONTENT} ${UPYOS_FROZEN_NAMES} ${UPYOS_NAMES}
        VERBATIM)
    cmake_language(DEFER CALL set_source_files_properties ${MICROPY_FROZEN_CONTENT} PROPERTIES OBJECT_DEPENDS ${UPYOS_FROZEN})
endif()
if(DEFINED PICO_SDK_PATH)
    # The handler that keeps a core in RAM while the other one writes the flash calls functions that are inline only when
    # GCC does not save space: else they are in flash, and what wakes the core makes it run from there.
    set_source_files_properties(${PICO_SDK_PATH}/src/rp2_common/pico_multicore/multicore.c PROPERTIES COMPILE_OPTIONS "-O2")
    # Where a core may let go of the interpreter (cores.c), and where core 1 begins and ends.
    upyos_shared(wrap pico UPYOS_WRAPPED)
    list(TRANSFORM UPYOS_WRAPPED PREPEND "LINKER:--wrap=")
    target_link_options(usermod_upyos INTERFACE ${UPYOS_WRAPPED})
    # Where functions have their variables.
    set_source_files_properties(${MICROPY_DIR}/py/objfun.c PROPERTIES
        COMPILE_OPTIONS "-include;${CMAKE_CURRENT_LIST_DIR}/frames.h" OBJECT_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/frames.h)
    # Where texts are looked for in texts.
    set_source_files_properties(${MICROPY_DIR}/py/objstr.c PROPERTIES
        COMPILE_OPTIONS "-include;${CMAKE_CURRENT_LIST_DIR}/compare.h"
        OBJECT_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/compare.h)
    # digests.c. What nobody formats with the SDK's snprintf: numbers with a point, and of 64 bits.
    target_compile_definitions(usermod_upyos INTERFACE MBEDTLS_MD5_PROCESS_ALT=1 MBEDTLS_SHA1_PROCESS_ALT=1
        PICO_PRINTF_SUPPORT_FLOAT=0 PICO_PRINTF_SUPPORT_EXPONENTIAL=0 PICO_PRINTF_SUPPORT_LONG_LONG=0)
    # random.c; masked.c
    target_link_libraries(usermod_upyos INTERFACE pico_rand hardware_exception)
endif()
if(ESP_PLATFORM)
    # The component that MicroPython is in links usermod publicly, so the program that links the component would compile all
    # of this once more, without ESP-IDF's definitions and without optimisation, and link that copy first.
    set_source_files_properties(${UPYOS_SOURCES} DIRECTORY ${CMAKE_SOURCE_DIR} PROPERTIES HEADER_FILE_ONLY ON)
    # Whether its UART drops what is typed.
    set_source_files_properties(${MICROPY_PORT_DIR}/uart.c PROPERTIES
        COMPILE_OPTIONS "-include;${CMAKE_CURRENT_LIST_DIR}/uart_lost.h" OBJECT_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/uart_lost.h)
    # Where its main thread waits (esp.c).
    upyos_shared(wrap idf UPYOS_WRAPPED)
    list(TRANSFORM UPYOS_WRAPPED PREPEND "LINKER:--wrap=")
    target_link_options(usermod_upyos INTERFACE ${UPYOS_WRAPPED})
endif()
target_link_libraries(usermod INTERFACE usermod_upyos)
