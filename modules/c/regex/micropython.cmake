# SPDX-License-Identifier: MIT
# A fault of MicroPython 1.26.1's regular expressions, mended in a copy that is found in the place of the original: each open
# parenthesis of a pattern takes C stack while it is compiled, and nothing looked whether there is any left.
# micropython.mk does the same. (ESP-IDF's project lists the sources of extmod later, so that none can be replaced there.)
file(READ ${MICROPY_DIR}/lib/re1.5/compilecode.c UPYOS_COMPILECODE)

function(upyos_mend_re before after)
    string(FIND "${UPYOS_COMPILECODE}" "${before}" first)
    string(FIND "${UPYOS_COMPILECODE}" "${before}" last REVERSE)
    if(first EQUAL -1 OR NOT first EQUAL last)
        message(FATAL_ERROR "the regular expressions of this MicroPython are not those that are mended here:\n${before}")
    endif()
    string(REPLACE "${before}" "${after}" mended "${UPYOS_COMPILECODE}")
    set(UPYOS_COMPILECODE "${mended}" PARENT_SCOPE)
endfunction()

upyos_mend_re("re = _compilecode(re + 1, prog, sizecode);"
    "re1_5_stack_chk();
            re = _compilecode(re + 1, prog, sizecode);")
# It lies elsewhere.
upyos_mend_re("#include \"re1.5.h\"" "#include \"lib/re1.5/re1.5.h\"")

set(UPYOS_QUOTED ${CMAKE_BINARY_DIR}/upyos/regex)
file(WRITE ${UPYOS_QUOTED}/compilecode.c.new "${UPYOS_COMPILECODE}")
configure_file(${UPYOS_QUOTED}/compilecode.c.new ${UPYOS_QUOTED}/lib/re1.5/compilecode.c COPYONLY)
set_source_files_properties(${MICROPY_DIR}/extmod/modre.c PROPERTIES COMPILE_OPTIONS "-iquote;${UPYOS_QUOTED}")
