# SPDX-License-Identifier: MIT
add_library(usermod_upyos INTERFACE)
target_sources(usermod_upyos INTERFACE ${CMAKE_CURRENT_LIST_DIR}/upyos.c)
target_include_directories(usermod_upyos INTERFACE ${CMAKE_CURRENT_LIST_DIR})
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/upyos.c PROPERTIES COMPILE_OPTIONS "-Wall;-Werror")
# Everything that print and sys.stdout put out passes these two.
target_link_options(usermod_upyos INTERFACE
    "LINKER:--wrap=mp_hal_stdout_tx_strn"
    "LINKER:--wrap=mp_hal_stdout_tx_strn_cooked")
target_link_libraries(usermod INTERFACE usermod_upyos)
