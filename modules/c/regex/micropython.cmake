# SPDX-License-Identifier: MIT
# A fault of MicroPython 1.26.1's regular expressions, mended in copies that are compiled in their place: each open
# parenthesis of a pattern takes C stack while it is compiled, and nothing looked whether there is any left.
file(READ ${MICROPY_EXTMOD_DIR}/modre.c UPYOS_MODRE)
file(READ ${MICROPY_DIR}/lib/re1.5/compilecode.c UPYOS_COMPILECODE)

function(upyos_mend_re name before after)
    string(FIND "${${name}}" "${before}" first)
    string(FIND "${${name}}" "${before}" last REVERSE)
    if(first EQUAL -1 OR NOT first EQUAL last)
        message(FATAL_ERROR "the regular expressions of this MicroPython are not those that are mended here:\n${before}")
    endif()
    string(REPLACE "${before}" "${after}" mended "${${name}}")
    set(${name} "${mended}" PARENT_SCOPE)
endfunction()

upyos_mend_re(UPYOS_COMPILECODE
    "re = _compilecode(re + 1, prog, sizecode);"
    "re1_5_stack_chk();
            re = _compilecode(re + 1, prog, sizecode);")
upyos_mend_re(UPYOS_MODRE "#include \"lib/re1.5/compilecode.c\"" "#include \"compilecode.c\"")
# It lies elsewhere.
upyos_mend_re(UPYOS_COMPILECODE "#include \"re1.5.h\"" "#include \"lib/re1.5/re1.5.h\"")

foreach(name MODRE COMPILECODE)
    string(TOLOWER ${name} file)
    file(WRITE ${CMAKE_BINARY_DIR}/upyos/${file}.c.new "${UPYOS_${name}}")
    configure_file(${CMAKE_BINARY_DIR}/upyos/${file}.c.new ${CMAKE_BINARY_DIR}/upyos/${file}.c COPYONLY)
endforeach()
list(REMOVE_ITEM MICROPY_SOURCE_EXTMOD ${MICROPY_EXTMOD_DIR}/modre.c)
list(APPEND MICROPY_SOURCE_EXTMOD ${CMAKE_BINARY_DIR}/upyos/modre.c)
