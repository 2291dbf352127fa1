# SPDX-License-Identifier: MIT
# CMake reads this in picotool's project. What hashes is a target of its own, which exists at the project's end.
set(UPYFW_MBEDTLS3 ${CMAKE_CURRENT_LIST_DIR}/mbedtls3.h)
function(upyfw_mbedtls3)
    if(TARGET bintool)
        target_compile_options(bintool PRIVATE -include ${UPYFW_MBEDTLS3})
    endif()
endfunction()
cmake_language(DEFER CALL upyfw_mbedtls3)
