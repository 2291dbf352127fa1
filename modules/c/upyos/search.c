// SPDX-License-Identifier: MIT
//
// Text in text, by basic regular expressions (POSIX.1-2024, XBD 9.3) without groups and intervals:
// ^ $ . [a-z] [^a-z] * \< \> and \ before a character that is to be itself.

#include <string.h>

#include "py/runtime.h"
#include "upyos.h"

// Characters looked at before a pattern counts as one that never ends: several * on a long line.
#define MOST_STEPS (2000000)

typedef struct _upyos_text_t {
    const byte *pattern_end;
    const byte *start;
    const byte *end;
    size_t steps;
} upyos_text_t;

// The character after the one at p: bytes of no UTF-8 character count one by one.
static const byte *after(const byte *p, const byte *end) {
    do {
        ++p;
    } while (p < end && (*p & 0xC0) == 0x80);
    return p;
}

static bool is_word(const upyos_text_t *text, const byte *p) {
    if (p < text->start || p >= text->end) {
        return false;
    }
    return *p >= 128 || *p == '_' || (*p >= '0' && *p <= '9') || ((*p | 32) >= 'a' && (*p | 32) <= 'z');
}

static bool is_line_end(const upyos_text_t *text, const byte *p) {
    return p == text->end || *p == '\n' || (*p == '\r' && p + 1 < text->end && p[1] == '\n');
}

// The end of the class that begins at [, or NULL if it has none.
static const byte *class_end(const byte *pattern, const byte *end) {
    const byte *p = pattern + 1;
    p += p < end && *p == '^';
    // ] in the first place is a member
    p += p < end;
    while (p < end && *p != ']') {
        ++p;
    }
    return p < end ? p + 1 : NULL;
}

static const byte *atom_end(const byte *pattern, const byte *end) {
    if (*pattern == '\\' && pattern + 1 < end) {
        return after(pattern + 1, end);
    }
    const byte *close = *pattern == '[' ? class_end(pattern, end) : NULL;
    return close != NULL ? close : after(pattern, end);
}

// Members are bytes: of a character with several, the first one counts.
static bool in_class(const byte *member, const byte *close, byte c) {
    bool wanted = *member != '^';
    member += !wanted;
    for (const byte *p = member; p < close; ++p) {
        const byte *last = p + 2 < close && p[1] == '-' ? p + 2 : p;
        if (c >= *p && c <= *last) {
            return wanted;
        }
        p = last;
    }
    return !wanted;
}

// How many bytes at p the atom matches, 0 if it does not.
static size_t match_atom(upyos_text_t *text, const byte *atom, const byte *atom_to, const byte *p) {
    if (text->steps-- == 0) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("pattern takes too long"));
    }
    if (p >= text->end || *p == '\n') {
        return 0;
    }
    size_t len = after(p, text->end) - p;
    if (*atom == '[' && atom_to - atom > 1) {
        return in_class(atom + 1, atom_to - 1, *p) ? len : 0;
    }
    if (*atom == '.') {
        return len;
    }
    atom += *atom == '\\' && atom + 1 < atom_to;
    size_t atom_len = atom_to - atom;
    return atom_len <= (size_t)(text->end - p) && memcmp(atom, p, atom_len) == 0 ? atom_len : 0;
}

static const byte *match(upyos_text_t *text, const byte *pattern, const byte *p);

// As many of the atom as there are, and fewer until the rest of the pattern fits.
static const byte *match_many(upyos_text_t *text, const byte *atom, const byte *atom_to, const byte *p) {
    const byte *most = p;
    size_t len;
    while ((len = match_atom(text, atom, atom_to, most)) != 0) {
        most += len;
    }
    for (;;) {
        const byte *end = match(text, atom_to + 1, most);
        if (end != NULL || most == p) {
            return end;
        }
        do {
            --most;
        } while (most > p && (*most & 0xC0) == 0x80);
    }
}

// The end of the match that begins at p, or NULL.
static const byte *match(upyos_text_t *text, const byte *pattern, const byte *p) {
    while (pattern < text->pattern_end) {
        bool last = pattern + 1 == text->pattern_end;
        if (*pattern == '$' && last) {
            return is_line_end(text, p) ? p : NULL;
        }
        if (*pattern == '\\' && !last && (pattern[1] == '<' || pattern[1] == '>')) {
            bool begins = pattern[1] == '<';
            if (is_word(text, p) != begins || is_word(text, p - 1) == begins) {
                return NULL;
            }
            pattern += 2;
            continue;
        }
        const byte *next = atom_end(pattern, text->pattern_end);
        if (next < text->pattern_end && *next == '*') {
            return match_many(text, pattern, next, p);
        }
        size_t len = match_atom(text, pattern, next, p);
        if (len == 0) {
            return NULL;
        }
        p += len;
        pattern = next;
    }
    return p;
}

// search(pattern, data, start) -> (from, to) of the first match in data, from start on, or None. data begins with a
// line; no match goes over a line's end. RuntimeError for a pattern that would take very long.
static mp_obj_t upyos_search(mp_obj_t pattern_in, mp_obj_t data_in, mp_obj_t start_in) {
    mp_buffer_info_t pattern, data;
    mp_get_buffer_raise(pattern_in, &pattern, MP_BUFFER_READ);
    mp_get_buffer_raise(data_in, &data, MP_BUFFER_READ);
    const byte *first = pattern.buf;
    if (data.buf == NULL) {
        // of an empty bytearray: its place would be no match
        data.buf = "";
    }
    upyos_text_t text = { first + pattern.len, data.buf, (const byte *)data.buf + data.len, MOST_STEPS };
    bool at_start = pattern.len != 0 && *first == '^';
    first += at_start;
    const byte *p = text.start + mp_obj_get_int(start_in);
    while (p > text.start && p < text.end && (*p & 0xC0) == 0x80) {
        // not from the middle of a character
        ++p;
    }
    for (; p <= text.end; p = after(p, text.end)) {
        bool is_line_start = p > text.start && p[-1] == '\n';
        if (is_line_start && p == text.end) {
            // behind the last line is none
            break;
        }
        if (at_start && p > text.start && !is_line_start) {
            continue;
        }
        const byte *end = match(&text, first, p);
        if (end != NULL) {
            mp_obj_t items[] = { MP_OBJ_NEW_SMALL_INT(p - text.start), MP_OBJ_NEW_SMALL_INT(end - text.start) };
            return mp_obj_new_tuple(2, items);
        }
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_3(upyos_search_obj, upyos_search);
