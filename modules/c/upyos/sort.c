// SPDX-License-Identifier: MIT
//
// _upyos.sort: the lines of a text in order, without an object for each. The sort of MicroPython's lists is
// slowest, and quadratic, for what is sorted already.

#include <string.h>

#include "py/objlist.h"
#include "py/runtime.h"
#include "upyos.h"

// By what lines are put in order. The text ends with a newline.
typedef struct _order_t {
    const byte *text;
    // The key begins at this word, from 1; 0: at the start of the line.
    mp_int_t word;
    bool numeric;
    bool reverse;
    bool unique;
} order_t;

static bool is_blank(byte c) {
    return c == ' ' || c == '\t';
}

static bool is_digit(byte c) {
    return c >= '0' && c <= '9';
}

// Where the key of a line begins.
static const byte *key_of(const order_t *order, const byte *at) {
    for (mp_int_t word = order->word; word > 0; --word) {
        while (is_blank(*at)) {
            ++at;
        }
        while (word > 1 && *at != '\n' && !is_blank(*at)) {
            ++at;
        }
    }
    return at;
}

// Compare bytes up to the ends of the lines.
static int compare_bytes(const byte *a, const byte *b) {
    while (*a == *b && *a != '\n') {
        ++a;
        ++b;
    }
    int left = *a == '\n' ? -1 : *a;
    int right = *b == '\n' ? -1 : *b;
    return left - right;
}

// A number as digits, without zeros that do not count.
typedef struct _decimal_t {
    bool negative;
    const byte *whole;
    size_t whole_len;
    const byte *fraction;
    size_t fraction_len;
} decimal_t;

// Read the number that a text begins with; 0 if there is none.
static decimal_t decimal(const byte *at) {
    decimal_t d;
    while (is_blank(*at)) {
        ++at;
    }
    d.negative = *at == '-';
    at += d.negative;
    while (*at == '0') {
        ++at;
    }
    d.whole = at;
    while (is_digit(*at)) {
        ++at;
    }
    d.whole_len = at - d.whole;
    at += *at == '.';
    d.fraction = at;
    while (is_digit(*at)) {
        ++at;
    }
    while (at > d.fraction && at[-1] == '0') {
        --at;
    }
    d.fraction_len = at - d.fraction;
    d.negative = d.negative && d.whole_len + d.fraction_len > 0;
    return d;
}

static int compare_numbers(const byte *left, const byte *right) {
    decimal_t a = decimal(left);
    decimal_t b = decimal(right);
    if (a.negative != b.negative) {
        return a.negative ? -1 : 1;
    }
    int result = a.whole_len - b.whole_len;
    if (result == 0) {
        result = memcmp(a.whole, b.whole, a.whole_len);
    }
    if (result == 0) {
        result = memcmp(a.fraction, b.fraction, MIN(a.fraction_len, b.fraction_len));
    }
    if (result == 0) {
        result = a.fraction_len - b.fraction_len;
    }
    return a.negative ? -result : result;
}

static int compare_keys(const order_t *order, const byte *a, const byte *b) {
    const byte *left = key_of(order, a);
    const byte *right = key_of(order, b);
    return order->numeric ? compare_numbers(left, right) : compare_bytes(left, right);
}

// Whether line a comes before line b. Lines with equal keys are in the order of their bytes; where equal ones
// are dropped, they stay in the order they came in.
static bool is_before(const order_t *order, mp_obj_t a, mp_obj_t b) {
    const byte *left = order->text + MP_OBJ_SMALL_INT_VALUE(a);
    const byte *right = order->text + MP_OBJ_SMALL_INT_VALUE(b);
    int result = compare_keys(order, left, right);
    if (result == 0 && !order->unique) {
        result = compare_bytes(left, right);
    }
    if (order->reverse) {
        result = -result;
    }
    return result < 0 || (result == 0 && left < right);
}

// Heap sort, "sift down": the item at `parent` goes down until none below it comes after it.
static void sift(const order_t *order, mp_obj_t *items, size_t parent, size_t count) {
    for (size_t child; (child = 2 * parent + 1) < count; parent = child) {
        if (child + 1 < count && is_before(order, items[child], items[child + 1])) {
            ++child;
        }
        if (!is_before(order, items[parent], items[child])) {
            return;
        }
        mp_obj_t item = items[parent];
        items[parent] = items[child];
        items[child] = item;
    }
}

static void sort_items(const order_t *order, mp_obj_t *items, size_t count) {
    for (size_t i = count / 2; i > 0; --i) {
        sift(order, items, i - 1, count);
    }
    for (size_t i = count; i > 1; --i) {
        mp_obj_t item = items[0];
        items[0] = items[i - 1];
        items[i - 1] = item;
        sift(order, items, 0, i - 1);
    }
}

// Keep the first of equal ones; return how many are left.
static size_t drop_equal(const order_t *order, mp_obj_t *items, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; ++i) {
        const byte *line = order->text + MP_OBJ_SMALL_INT_VALUE(items[i]);
        if (kept == 0 || compare_keys(order, order->text + MP_OBJ_SMALL_INT_VALUE(items[kept - 1]), line) != 0) {
            items[kept++] = items[i];
        }
    }
    return kept;
}

// A list of where the lines of a text begin.
static mp_obj_t starts(const byte *text, const byte *end) {
    size_t count = 0;
    for (const byte *at = text; at < end; ++at) {
        count += *at == '\n';
    }
    mp_obj_list_t *list = MP_OBJ_TO_PTR(mp_obj_new_list(count, NULL));
    const byte *line = text;
    for (size_t i = 0; i < count; ++i) {
        list->items[i] = MP_OBJ_NEW_SMALL_INT(line - text);
        line = (const byte *)memchr(line, '\n', end - line) + 1;
    }
    return MP_OBJ_FROM_PTR(list);
}

// sort(text, word, numeric, reverse, unique) -> list of the starts of the lines of text, in order; what follows
// the last newline is not looked at. The key begins at word number `word`, from 1; 0: at the start of the line.
// numeric: by the number the key begins with. unique: of lines with equal keys only the first.
static mp_obj_t upyos_sort(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    mp_buffer_info_t info;
    mp_get_buffer_raise(args[0], &info, MP_BUFFER_READ);
    order_t order = {
        info.buf, mp_obj_get_int(args[1]), mp_obj_is_true(args[2]), mp_obj_is_true(args[3]), mp_obj_is_true(args[4]),
    };
    mp_obj_t list = starts(order.text, order.text + info.len);
    size_t count;
    mp_obj_t *items;
    mp_obj_list_get(list, &count, &items);
    sort_items(&order, items, count);
    if (order.unique) {
        mp_obj_list_set_len(list, drop_equal(&order, items, count));
    }
    return list;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_sort_obj, 5, 5, upyos_sort);

// line_at(text, start) -> the line of text that begins there, as bytes with its newline
static mp_obj_t upyos_line_at(mp_obj_t text, mp_obj_t start) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(text, &info, MP_BUFFER_READ);
    size_t at = mp_get_index(&mp_type_bytearray, info.len, start, false);
    const byte *line = (const byte *)info.buf + at;
    const byte *end = memchr(line, '\n', info.len - at);
    return mp_obj_new_bytes(line, end == NULL ? info.len - at : (size_t)(end + 1 - line));
}
MP_DEFINE_CONST_FUN_OBJ_2(upyos_line_at_obj, upyos_line_at);

// As wide as the rows of help are, and each column at least.
#define ROW_COLUMNS (65)
#define CELL_COLUMNS (12)

// rows(text, starts) -> the lines of text that begin there as a text of rows, several in each; empty ones are left out
static mp_obj_t upyos_rows(mp_obj_t text, mp_obj_t starts) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(text, &info, MP_BUFFER_READ);
    size_t count;
    mp_obj_t *items;
    mp_obj_list_get(starts, &count, &items);
    vstr_t rows;
    vstr_init(&rows, info.len * 2);
    size_t begin = 0;
    for (size_t i = 0; i < count; ++i) {
        size_t at = mp_get_index(&mp_type_bytearray, info.len, items[i], false);
        const byte *line = (const byte *)info.buf + at;
        const byte *end = memchr(line, '\n', info.len - at);
        size_t len = end == NULL ? info.len - at : (size_t)(end - line);
        if (len == 0) {
            continue;
        }
        if (rows.len - begin > ROW_COLUMNS) {
            vstr_add_byte(&rows, '\n');
            begin = rows.len;
        }
        vstr_add_strn(&rows, (const char *)line, len);
        for (; len < CELL_COLUMNS; ++len) {
            vstr_add_byte(&rows, ' ');
        }
    }
    vstr_add_byte(&rows, '\n');
    return mp_obj_new_str_from_vstr(&rows);
}
MP_DEFINE_CONST_FUN_OBJ_2(upyos_rows_obj, upyos_rows);
