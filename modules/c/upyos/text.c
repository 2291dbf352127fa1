// SPDX-License-Identifier: MIT
//
// What text commands do to every byte of a block. In Python a step costs 10 us on an RP2040, and the find,
// count and split of MicroPython 1 us a byte.

#include <string.h>

#include "py/objlist.h"
#include "py/runtime.h"
#include "py/unicode.h"
#include "upyos.h"

// A piece of bytes.
typedef struct _piece_t {
    const byte *at;
    const byte *end;
} piece_t;

static piece_t piece(mp_obj_t buffer) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(buffer, &info, MP_BUFFER_READ);
    return (piece_t) { info.buf, (const byte *)info.buf + info.len };
}

static size_t length(piece_t p) {
    return p.end - p.at;
}

static byte lower(byte c) {
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

// Where a byte is first, else `end`.
static const byte *find(const byte *at, const byte *end, byte c) {
    while (at < end && *at != c) {
        ++at;
    }
    return at;
}

/******************************************************************************/
// Lines

static bool is_equal(const byte *at, piece_t text, bool fold) {
    for (; text.at < text.end; ++at, ++text.at) {
        if ((fold ? lower(*at) : *at) != *text.at) {
            return false;
        }
    }
    return true;
}

static bool holds(piece_t line, piece_t text, bool fold) {
    if (length(text) == 0) {
        return true;
    }
    if (length(line) < length(text)) {
        return false;
    }
    // where it begins at the latest, and one
    const byte *end = line.end - length(text) + 1;
    for (const byte *at = line.at; at < end; ++at) {
        if (!fold) {
            at = find(at, end, *text.at);
        }
        if (at < end && is_equal(at, text, fold)) {
            return true;
        }
    }
    return false;
}

// lines_with(data, text, fold=False, without=False) -> [start, end, start, end, ...] of the lines of data that
// hold text, that do not if `without`; their newlines belong to them. With `fold` the case of ASCII letters does
// not count; text is in lower case then.
static mp_obj_t upyos_lines_with(size_t n_args, const mp_obj_t *args) {
    piece_t data = piece(args[0]);
    piece_t text = piece(args[1]);
    bool fold = n_args > 2 && mp_obj_is_true(args[2]);
    bool without = n_args > 3 && mp_obj_is_true(args[3]);
    mp_obj_t found = mp_obj_new_list(0, NULL);
    const byte *end;
    for (const byte *at = data.at; at < data.end; at = end) {
        end = find(at, data.end, '\n');
        end += end < data.end;
        if (holds((piece_t) { at, end }, text, fold) != without) {
            mp_obj_list_append(found, MP_OBJ_NEW_SMALL_INT(at - data.at));
            mp_obj_list_append(found, MP_OBJ_NEW_SMALL_INT(end - data.at));
        }
    }
    return found;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_lines_with_obj, 2, 4, upyos_lines_with);

// whole_lines(data) -> how many bytes of it there are up to its last newline
static mp_obj_t upyos_whole_lines(mp_obj_t data_in) {
    piece_t data = piece(data_in);
    while (data.at < data.end && data.end[-1] != '\n') {
        --data.end;
    }
    return MP_OBJ_NEW_SMALL_INT(length(data));
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_whole_lines_obj, upyos_whole_lines);

// The part of data between span[0] and span[1].
static piece_t part(piece_t data, const mp_obj_t *span) {
    size_t start = mp_get_index(&mp_type_bytes, length(data) + 1, span[0], false);
    size_t end = mp_get_index(&mp_type_bytes, length(data) + 1, span[1], false);
    return (piece_t) { data.at + start, data.at + MAX(start, end) };
}

// joined(data, spans) -> bytes: the parts of data that spans names, [start, end, start, end, ...]
static mp_obj_t upyos_joined(mp_obj_t data_in, mp_obj_t spans) {
    piece_t data = piece(data_in);
    size_t count;
    mp_obj_t *items;
    mp_obj_get_array(spans, &count, &items);
    size_t size = 0;
    for (size_t i = 0; i + 1 < count; i += 2) {
        size += length(part(data, items + i));
    }
    vstr_t out;
    vstr_init(&out, size + 1);
    for (size_t i = 0; i + 1 < count; i += 2) {
        piece_t span = part(data, items + i);
        vstr_add_strn(&out, (const char *)span.at, length(span));
    }
    return mp_obj_new_bytes_from_vstr(&out);
}
MP_DEFINE_CONST_FUN_OBJ_2(upyos_joined_obj, upyos_joined);

// count_text(data, last) -> (newlines, words) of data. Words stand between white space; `last` is the byte before.
static mp_obj_t upyos_count_text(mp_obj_t data_in, mp_obj_t last) {
    piece_t data = piece(data_in);
    bool is_space = unichar_isspace(mp_obj_get_int(last));
    mp_int_t lines = 0;
    mp_int_t words = 0;
    for (; data.at < data.end; ++data.at) {
        bool was_space = is_space;
        is_space = *data.at <= ' ' && unichar_isspace(*data.at);
        words += was_space && !is_space;
        lines += *data.at == '\n';
    }
    mp_obj_t items[] = { MP_OBJ_NEW_SMALL_INT(lines), MP_OBJ_NEW_SMALL_INT(words) };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
MP_DEFINE_CONST_FUN_OBJ_2(upyos_count_text_obj, upyos_count_text);

/******************************************************************************/
// Characters

static bool is_in(const uint32_t *set, byte c) {
    return set[c >> 5] >> (c & 31) & 1;
}

static void add_all(uint32_t *set, piece_t bytes) {
    for (; bytes.at < bytes.end; ++bytes.at) {
        set[*bytes.at >> 5] |= 1u << (*bytes.at & 31);
    }
}

// translate(block, before, after, squeezed, last) -> how many bytes of block there are then. Each byte that is in
// `before` becomes the one in that place of `after`, whose last one counts for all that follow; it is left out if
// `after` is empty. Of equal ones in a row that are in `squeezed` the first stays; `last` is the byte before these
// that stayed, or -1.
static mp_obj_t upyos_translate(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    mp_buffer_info_t block;
    mp_get_buffer_raise(args[0], &block, MP_BUFFER_RW);
    piece_t before = piece(args[1]);
    piece_t after = piece(args[2]);
    piece_t squeezed = piece(args[3]);
    mp_int_t last = mp_obj_get_int(args[4]);
    // what a byte becomes
    byte becomes[256];
    uint32_t dropped[8] = { 0 };
    uint32_t once[8] = { 0 };
    for (int i = 0; i < 256; ++i) {
        becomes[i] = i;
    }
    if (length(after) == 0) {
        add_all(dropped, before);
    } else {
        for (; before.at < before.end; ++before.at) {
            becomes[*before.at] = *after.at;
            after.at += after.at + 1 < after.end;
        }
    }
    add_all(once, squeezed);
    byte *to = block.buf;
    for (size_t i = 0; i < block.len; ++i) {
        byte from = ((byte *)block.buf)[i];
        byte c = becomes[from];
        if (!is_in(dropped, from) && !(c == last && is_in(once, c))) {
            *to++ = c;
            last = c;
        }
    }
    return MP_OBJ_NEW_SMALL_INT(to - (byte *)block.buf);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_translate_obj, 5, 5, upyos_translate);

/******************************************************************************/
// Columns

// End of the field or character that begins at line.at.
static const byte *cell_end(piece_t line, piece_t delimiter) {
    const byte *at = line.at;
    if (length(delimiter) == 0) {
        do {
            ++at;
        } while (at < line.end && UTF8_IS_CONT(*at));
        return MIN(at, line.end);
    }
    while ((at = find(at, line.end, *delimiter.at)) < line.end) {
        if ((size_t)(line.end - at) >= length(delimiter) && is_equal(at, delimiter, false)) {
            break;
        }
        ++at;
    }
    return at;
}

static byte *copy(byte *to, piece_t from) {
    while (from.at < from.end) {
        *to++ = *from.at++;
    }
    return to;
}

// Write the cells of one line that the ranges name; return the end of what was written.
static byte *cut_line(byte *to, piece_t line, piece_t delimiter, size_t count, const mp_obj_t *ranges) {
    bool joins = false;
    for (mp_int_t number = 1;; ++number) {
        const byte *end = cell_end(line, delimiter);
        while (count > 0 && number > mp_obj_get_int(ranges[1])) {
            ranges += 2;
            count -= 2;
        }
        // a line without the delimiter stays whole
        bool whole = number == 1 && end == line.end && length(delimiter) > 0;
        if (whole || (count > 0 && number >= mp_obj_get_int(ranges[0]))) {
            if (joins) {
                to = copy(to, delimiter);
            }
            to = copy(to, (piece_t) { line.at, end });
            joins = true;
        }
        if (end == line.end) {
            return to;
        }
        line.at = end + length(delimiter);
    }
}

// cut(data, delimiter, ranges) -> bytes: of each line the fields between delimiters, joined by it, whose numbers
// the ranges name; characters (UTF-8) if the delimiter is empty. ranges is [first, last, first, last, ...],
// rising, from 1. Every line that comes out ends with a newline.
static mp_obj_t upyos_cut(mp_obj_t data_in, mp_obj_t delimiter_in, mp_obj_t ranges_in) {
    piece_t data = piece(data_in);
    piece_t delimiter = piece(delimiter_in);
    size_t count;
    mp_obj_t *ranges;
    mp_obj_get_array(ranges_in, &count, &ranges);
    vstr_t out;
    // no line gets longer, but for the newline that the last one may lack
    vstr_init_len(&out, length(data) + 1);
    byte *to = (byte *)out.buf;
    while (data.at < data.end) {
        const byte *end = find(data.at, data.end, '\n');
        to = cut_line(to, (piece_t) { data.at, end }, delimiter, count & ~1, ranges);
        *to++ = '\n';
        data.at = end + 1;
    }
    out.len = to - (byte *)out.buf;
    return mp_obj_new_bytes_from_vstr(&out);
}
MP_DEFINE_CONST_FUN_OBJ_3(upyos_cut_obj, upyos_cut);
