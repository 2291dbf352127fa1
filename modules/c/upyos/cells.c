// SPDX-License-Identifier: MIT
//
// Text as a terminal shows it: how many columns bytes take, and which bytes to send.
//
// UTF-8 characters take one column, two if they are wide, none if they go onto the one before. A tab ends at
// a multiple of 8. What a terminal would not show as it is takes the columns of what stands for it: ^X for a
// control character, \xHH for a byte that belongs to no character.

#include <string.h>

#include "py/objstr.h"
#include "py/runtime.h"
#include "upyos.h"

#define TAB_COLUMNS (8)

typedef struct _upyos_range_t {
    uint16_t first;
    uint16_t last;
} upyos_range_t;

// Characters of no width (Unicode 15, categories Mn, Me, Cf): those of Latin, Greek, Cyrillic, Hebrew, Arabic,
// Devanagari, Thai and Hangul letters, joiners, selectors.
static const upyos_range_t upyos_none[] = {
    { 0x300, 0x36F }, { 0x483, 0x489 }, { 0x591, 0x5BD }, { 0x5BF, 0x5BF }, { 0x5C1, 0x5C2 }, { 0x5C4, 0x5C5 },
    { 0x5C7, 0x5C7 }, { 0x610, 0x61A }, { 0x64B, 0x65F }, { 0x670, 0x670 }, { 0x6D6, 0x6DC }, { 0x6DF, 0x6E4 },
    { 0x6E7, 0x6E8 }, { 0x6EA, 0x6ED }, { 0x900, 0x902 }, { 0x93A, 0x93A }, { 0x93C, 0x93C }, { 0x941, 0x948 },
    { 0x94D, 0x94D }, { 0x951, 0x957 }, { 0x962, 0x963 }, { 0xE31, 0xE31 }, { 0xE34, 0xE3A }, { 0xE47, 0xE4E },
    { 0x1160, 0x11FF }, { 0x1AB0, 0x1ACE }, { 0x1DC0, 0x1DFF }, { 0x200B, 0x200F }, { 0x202A, 0x202E },
    { 0x2060, 0x2064 }, { 0x20D0, 0x20F0 }, { 0x302A, 0x302D }, { 0x3099, 0x309A }, { 0xFE00, 0xFE0F },
    { 0xFE20, 0xFE2F }, { 0xFEFF, 0xFEFF },
};

// Characters of two columns (Unicode 15, East Asian Width W and F).
static const upyos_range_t upyos_wide[] = {
    { 0x1100, 0x115F }, { 0x231A, 0x231B }, { 0x2329, 0x232A }, { 0x23E9, 0x23EC }, { 0x23F0, 0x23F0 },
    { 0x23F3, 0x23F3 }, { 0x25FD, 0x25FE }, { 0x2614, 0x2615 }, { 0x2648, 0x2653 }, { 0x267F, 0x267F },
    { 0x2693, 0x2693 }, { 0x26A1, 0x26A1 }, { 0x26AA, 0x26AB }, { 0x26BD, 0x26BE }, { 0x26C4, 0x26C5 },
    { 0x26CE, 0x26CE }, { 0x26D4, 0x26D4 }, { 0x26EA, 0x26EA }, { 0x26F2, 0x26F3 }, { 0x26F5, 0x26F5 },
    { 0x26FA, 0x26FA }, { 0x26FD, 0x26FD }, { 0x2705, 0x2705 }, { 0x270A, 0x270B }, { 0x2728, 0x2728 },
    { 0x274C, 0x274C }, { 0x274E, 0x274E }, { 0x2753, 0x2755 }, { 0x2757, 0x2757 }, { 0x2795, 0x2797 },
    { 0x27B0, 0x27B0 }, { 0x27BF, 0x27BF }, { 0x2B1B, 0x2B1C }, { 0x2B50, 0x2B50 }, { 0x2B55, 0x2B55 },
    { 0x2E80, 0x303E }, { 0x3041, 0x4DBF }, { 0x4E00, 0xA4CF }, { 0xA960, 0xA97C }, { 0xAC00, 0xD7A3 },
    { 0xF900, 0xFAFF }, { 0xFE10, 0xFE19 }, { 0xFE30, 0xFE6B }, { 0xFF01, 0xFF60 }, { 0xFFE0, 0xFFE6 },
};

// The same above U+FFFF, in units of 256 characters: scripts, pictographs, CJK extensions.
static const upyos_range_t upyos_wide_pages[] = {
    { 0x170, 0x18C }, { 0x1B0, 0x1B2 }, { 0x1F3, 0x1F6 }, { 0x1F9, 0x1FA }, { 0x200, 0x3FF },
};

static bool is_in(mp_uint_t c, const upyos_range_t *range, size_t count) {
    for (; count != 0 && c >= range->first; --count, ++range) {
        if (c <= range->last) {
            return true;
        }
    }
    return false;
}

#define IS_IN(c, table) is_in(c, table, MP_ARRAY_SIZE(table))

static size_t width_of(mp_uint_t c) {
    if (c < 0x300) {
        return 1;
    }
    if (c > 0xFFFF) {
        return IS_IN(c >> 8, upyos_wide_pages) ? 2 : c >> 8 == 0xE01 ? 0 : 1;
    }
    return IS_IN(c, upyos_none) ? 0 : IS_IN(c, upyos_wide) ? 2 : 1;
}

// Length of the UTF-8 character at p and what it is; 0 if there is none that a terminal may get (RFC 3629).
static size_t decode(const byte *p, const byte *end, mp_uint_t *c) {
    static const mp_uint_t least[] = { 0, 0, 0xA0, 0x800, 0x10000 };
    size_t len = *p < 0xC0 ? 0 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : *p < 0xF8 ? 4 : 0;
    if (len == 0 || (size_t)(end - p) < len) {
        return 0;
    }
    mp_uint_t value = *p & (0x7F >> len);
    for (size_t i = 1; i < len; ++i) {
        if ((p[i] & 0xC0) != 0x80) {
            return 0;
        }
        value = value << 6 | (p[i] & 0x3F);
    }
    *c = value;
    return value < least[len] || value > 0x10FFFF || value >> 11 == 0xD800 >> 11 ? 0 : len;
}

// A character: its bytes with those that go onto it, its columns, what stands for it.
typedef struct _upyos_cell_t {
    size_t len;
    size_t width;
    char shown[TAB_COLUMNS];
} upyos_cell_t;

static bool is_plain(upyos_cell_t *cell, const byte *p, const byte *end) {
    mp_uint_t c = *p;
    cell->len = c >= 32 && c < 127 ? 1 : decode(p, end, &c);
    cell->width = cell->len == 0 ? 0 : width_of(c);
    if (cell->width == 0) {
        return false;
    }
    size_t len;
    while (p + cell->len < end && (len = decode(p + cell->len, end, &c)) != 0 && width_of(c) == 0) {
        cell->len += len;
    }
    return true;
}

// Look at the character at p, which stands in that column. Returns false if `shown` stands for it.
static bool look(upyos_cell_t *cell, const byte *p, const byte *end, size_t column) {
    if (is_plain(cell, p, end)) {
        return true;
    }
    static const char digits[] = "0123456789abcdef";
    cell->len = 1;
    memset(cell->shown, ' ', TAB_COLUMNS);
    if (*p == '\t') {
        cell->width = TAB_COLUMNS - column % TAB_COLUMNS;
    } else if (*p < 128) {
        cell->width = 2;
        cell->shown[0] = '^';
        cell->shown[1] = *p ^ 64;
    } else {
        cell->width = 4;
        cell->shown[0] = '\\';
        cell->shown[1] = 'x';
        cell->shown[2] = digits[*p >> 4];
        cell->shown[3] = digits[*p & 15];
    }
    return false;
}

// Where data[at:end] lies. ValueError if that is not within data.
static const byte *range_of(const mp_obj_t *args, const byte **start, const byte **end) {
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(args[0], &bufinfo, MP_BUFFER_READ);
    size_t at = mp_obj_get_int(args[1]);
    size_t to = mp_obj_get_int(args[2]);
    if (at > to || to > bufinfo.len) {
        mp_raise_ValueError(NULL);
    }
    *start = (const byte *)bufinfo.buf + at;
    *end = (const byte *)bufinfo.buf + to;
    return bufinfo.buf;
}

// cells(data, at, end, columns) -> (where the characters end that fit into so many columns, columns they take);
// data[at] stands in column 0. Negative columns: so many characters, whatever they take.
static mp_obj_t upyos_cells(size_t n_args, const mp_obj_t *args) {
    const byte *p, *end;
    const byte *data = range_of(args, &p, &end);
    mp_int_t columns = mp_obj_get_int(args[3]);
    mp_int_t column = 0;
    upyos_cell_t cell;
    for (mp_int_t left = columns; p < end; p += cell.len, column += cell.width) {
        look(&cell, p, end, column);
        if (columns < 0 ? left++ == 0 : column + (mp_int_t)cell.width > columns) {
            break;
        }
    }
    mp_obj_t items[] = { MP_OBJ_NEW_SMALL_INT(p - data), MP_OBJ_NEW_SMALL_INT(column) };
    return mp_obj_new_tuple(2, items);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_cells_obj, 4, 4, upyos_cells);

// Add what of a character lies in the columns from left on and before right.
static void add(vstr_t *out, const upyos_cell_t *cell, const byte *plain, size_t column, size_t left, size_t right) {
    if (plain != NULL && column >= left && column + cell->width <= right) {
        vstr_add_strn(out, (const char *)plain, cell->len);
        return;
    }
    for (size_t i = 0; i < cell->width; ++i) {
        if (column + i >= left && column + i < right) {
            vstr_add_byte(out, plain != NULL ? ' ' : cell->shown[i]);
        }
    }
}

// shown(data, at, end, left, right) -> bytes for the terminal: the columns from left on and before right of
// data[at:end]. < stands for what is left of them, > for what is right of them.
static mp_obj_t upyos_shown(size_t n_args, const mp_obj_t *args) {
    const byte *p, *end;
    range_of(args, &p, &end);
    size_t left = mp_obj_get_int(args[3]);
    size_t right = mp_obj_get_int(args[4]);
    size_t column = 0;
    vstr_t out;
    vstr_init(&out, MIN(right - left, (size_t)(end - p)) + 16);
    if (left != 0) {
        vstr_add_byte(&out, '<');
        ++left;
    }
    while (p < end) {
        upyos_cell_t cell;
        bool plain = look(&cell, p, end, column);
        bool more = p + cell.len < end || column + cell.width > right;
        if (more && column + cell.width >= right) {
            add(&out, &cell, plain ? p : NULL, column, left, right - 1);
            vstr_add_byte(&out, '>');
            break;
        }
        add(&out, &cell, plain ? p : NULL, column, left, right);
        p += cell.len;
        column += cell.width;
    }
    return mp_obj_new_bytes_from_vstr(&out);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_shown_obj, 5, 5, upyos_shown);
