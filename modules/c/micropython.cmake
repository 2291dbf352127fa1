# SPDX-License-Identifier: MIT
# The user C modules of upyOS, for ports that are built with CMake.
include(${CMAKE_CURRENT_LIST_DIR}/upyos/micropython.cmake)
# not there while ESP-IDF asks only what components there are
if(EXISTS "${MICROPY_EXTMOD_DIR}/modre.c")
    include(${CMAKE_CURRENT_LIST_DIR}/regex/micropython.cmake)
endif()
# where the ports' lists of sources let a copy take the place of a file
if(DEFINED PICO_SDK_PATH)
    include(${CMAKE_CURRENT_LIST_DIR}/littlefs/micropython.cmake)
endif()
if(MICROPY_PY_LWIP)
    include(${CMAKE_CURRENT_LIST_DIR}/sockets/micropython.cmake)
endif()
if(UPYOS_SWAP)
    include(${CMAKE_CURRENT_LIST_DIR}/swap/micropython.cmake)
endif()
if(UPYOS_PAIR)
    include(${CMAKE_CURRENT_LIST_DIR}/pair/micropython.cmake)
endif()
if(UPYOS_USBNET)
    include(${CMAKE_CURRENT_LIST_DIR}/usbnet/micropython.cmake)
endif()
