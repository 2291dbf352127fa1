// SPDX-License-Identifier: MIT
//
// near(word, names, ...) -> the name that a word differs from by one slip of the finger, or None. Each text has names, with blanks or
// line breaks between them: a hundred, which takes a Python program 2 ms.

#include "py/runtime.h"
#include "upyos.h"

// Longer words are no slip of a command's name.
#define WORD_CHARACTERS (32)

typedef struct _name_t {
    const byte *text;
    size_t len;
} name_t;

// How good a match is: a name that begins as the word does up to its middle comes before one that ends as it does behind that.
enum { NONE, BY_END, BY_BEGINNING };

// One character is other, too many or missing, or two are exchanged.
static int match(name_t word, name_t name) {
    size_t most = MIN(word.len, name.len);
    size_t same = 0;
    while (same < most && word.text[same] == name.text[same]) {
        ++same;
    }
    size_t end = 0;
    while (end < most - same && word.text[word.len - 1 - end] == name.text[name.len - 1 - end]) {
        ++end;
    }
    size_t left = word.len - same - end;
    size_t other = name.len - same - end;
    const byte *a = word.text + same;
    const byte *b = name.text + same;
    bool exchanged = left == 2 && other == 2 && a[0] == b[1] && a[1] == b[0];
    if ((left > 1 || other > 1 || left + other == 0) && !exchanged) {
        return NONE;
    }
    size_t half = word.len / 2;
    if (half > 0 && same >= half) {
        return BY_BEGINNING;
    }
    return word.len > half + 1 && end >= word.len - half - 1 ? BY_END : NONE;
}

static name_t next_name(const byte **at, const byte *end) {
    while (*at < end && **at <= ' ') {
        ++*at;
    }
    name_t name = { *at, 0 };
    while (*at < end && **at > ' ') {
        ++*at;
    }
    name.len = *at - name.text;
    return name;
}

// Of a character of several bytes the first one stands for it: no command has one.
static size_t first_bytes(const byte *text, size_t len, byte *out) {
    size_t count = 0;
    for (size_t i = 0; i < len; ++i) {
        if ((text[i] & 0xc0) != 0x80) {
            if (count == WORD_CHARACTERS) {
                return 0;
            }
            out[count++] = text[i];
        }
    }
    return count;
}

static mp_obj_t upyos_near(size_t n_args, const mp_obj_t *args) {
    byte characters[WORD_CHARACTERS];
    size_t len;
    const byte *text = (const byte *)mp_obj_str_get_data(args[0], &len);
    name_t word = { characters, first_bytes(text, len, characters) };
    int best = NONE;
    name_t found = { NULL, 0 };
    for (size_t i = 1; i < n_args; ++i) {
        const byte *at = (const byte *)mp_obj_str_get_data(args[i], &len);
        const byte *end = at + len;
        for (name_t name; (name = next_name(&at, end)).len > 0;) {
            int how = match(word, name);
            if (how > best) {
                best = how;
                found = name;
            }
        }
    }
    return best == NONE ? mp_const_none : mp_obj_new_str((const char *)found.text, found.len);
}
MP_DEFINE_CONST_FUN_OBJ_VAR(upyos_near_obj, 2, upyos_near);
