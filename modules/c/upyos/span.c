// SPDX-License-Identifier: MIT
//
// _upyos.span: the one loop over characters that the shell's lexer needs. In
// Python a step costs 10 us on an RP2040.

#include "py/runtime.h"
#include "py/objstr.h"
#include "py/unicode.h"

// span(text, at, chars, among=False) -> index of the first character of text, from at on, that is one of
// chars (that is none of them if among); len(text) if there is none. chars is ASCII.
static mp_obj_t upyos_span(size_t n_args, const mp_obj_t *args) {
    size_t len, count;
    const byte *p = (const byte *)mp_obj_str_get_data(args[0], &len);
    const byte *end = p + len;
    mp_int_t at = mp_obj_get_int(args[1]);
    const byte *chars = (const byte *)mp_obj_str_get_data(args[2], &count);
    bool among = n_args > 3 && mp_obj_is_true(args[3]);
    uint32_t set[4] = {0};
    for (size_t i = 0; i < count; ++i) {
        set[(chars[i] >> 5) & 3] |= 1u << (chars[i] & 31);
    }
    mp_int_t index = 0;
    while (p < end) {
        bool in_set = *p < 128 && (set[*p >> 5] >> (*p & 31)) & 1;
        if (index >= at && in_set != among) {
            break;
        }
        ++index;
        ++p;
        while (p < end && UTF8_IS_CONT(*p)) {
            ++p;
        }
    }
    return MP_OBJ_NEW_SMALL_INT(index);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_span_obj, 3, 4, upyos_span);
