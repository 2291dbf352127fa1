# SPDX-License-Identifier: MIT
# pico-sdk has no such board: vccgnd_yd2040.h is beside this file.
list(APPEND PICO_BOARD_HEADER_DIRS ${CMAKE_CURRENT_LIST_DIR})
set(PICO_BOARD vccgnd_yd2040)
set(PICO_PLATFORM rp2040)
