# SPDX-License-Identifier: MIT
# CMake reads this in picotool's project: the target exists at its end.
set(UPYFW_MBEDTLS3 ${CMAKE_CURRENT_LIST_DIR}/mbedtls3.h)
cmake_language(DEFER CALL target_compile_options bintool PRIVATE -include ${UPYFW_MBEDTLS3})
