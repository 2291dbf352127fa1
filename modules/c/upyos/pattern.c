// SPDX-License-Identifier: MIT
//
// Lines that match a regular expression: all ways to match at once, so that the time grows with the length of the
// line only, without recursion. (MicroPython's re goes back and tries again, and nothing can interrupt it.)
//
// The program is a position automaton, made by modules/upyos/lib/patterns.py: a position is a place of the
// expression that takes one byte; a set of positions is `width` bytes, the first position in the lowest bit.
//   count, width, 1 if the expression matches nothing too
//   set of the positions that can be first, set of those that can be last
//   for each position: set of those that can follow it
//   for each position: where its ranges are, from the start of the program, 2 bytes little-endian
//   for each position: how many bytes of ranges, ranges: low and high byte in turn
// A position without ranges is the start of a line; its end is a newline.

#include <string.h>

#include "py/runtime.h"
#include "upyos.h"

// of a set: 128 positions and one that is never used
#define MOST_BYTES (17)
#define LINE_START (-1)

typedef struct _program_t {
    const byte *start;
    size_t width;
    bool matches_nothing;
    const byte *first;
    const byte *last;
    // A set for each position.
    const byte *follow;
    const byte *ranges_at;
} program_t;

static program_t read_program(mp_obj_t from) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(from, &info, MP_BUFFER_READ);
    const byte *at = info.buf;
    size_t width = MIN(at[1], MOST_BYTES);
    const byte *first = at + 3;
    const byte *follow = first + 2 * width;
    return (program_t) { at, width, at[2], first, first + width, follow, follow + at[0] * width };
}

static const byte *ranges_of(const program_t *program, size_t position) {
    const byte *at = program->ranges_at + 2 * position;
    return program->start + (at[0] | at[1] << 8);
}

static bool takes(const byte *ranges, int c) {
    size_t len = *ranges++;
    if (len == 0 || c == LINE_START) {
        return len == 0 && c == LINE_START;
    }
    if (c == '\n') {
        // no other range has it
        return ranges[0] == '\n';
    }
    for (const byte *end = ranges + len; ranges < end; ranges += 2) {
        if (c >= ranges[0] && c <= ranges[1]) {
            return true;
        }
    }
    return false;
}

// Go on by one byte from the positions in `states`; true if the expression has matched.
static bool step(const program_t *program, byte *states, int c) {
    size_t width = program->width;
    byte next[MOST_BYTES];
    memcpy(next, program->first, width);
    for (size_t i = 0; i < 8 * width; ++i) {
        if (states[i / 8] == 0) {
            i |= 7;
        } else if (states[i / 8] >> (i & 7) & 1) {
            for (size_t j = 0; j < width; ++j) {
                next[j] |= program->follow[i * width + j];
            }
        }
    }
    bool done = false;
    for (size_t i = 0; i < 8 * width; ++i) {
        byte bit = 1 << (i & 7);
        if (next[i / 8] == 0) {
            i |= 7;
        } else if (next[i / 8] & bit) {
            if (!takes(ranges_of(program, i), c)) {
                next[i / 8] &= ~bit;
            } else if (program->last[i / 8] & bit) {
                done = true;
            }
        }
    }
    memcpy(states, next, width);
    return done;
}

// Go on by an end of the line, which takes no room: as often as that leads on. True if the expression has matched.
static bool step_at_end(const program_t *program, byte *states, int end) {
    byte before[MOST_BYTES];
    do {
        memcpy(before, states, program->width);
        if (step(program, states, end)) {
            return true;
        }
    } while (memcmp(before, states, program->width) != 0);
    return false;
}

static bool matches(const program_t *program, const byte *at, const byte *end) {
    byte states[MOST_BYTES] = { 0 };
    bool done = program->matches_nothing || step_at_end(program, states, LINE_START);
    while (!done && at < end) {
        done = step(program, states, *at++);
    }
    return done || step_at_end(program, states, '\n');
}

// lines_matching(data, program, without) -> [start, end, start, end, ...] of the lines of data that match, that
// do not if `without`; their newlines belong to them.
static mp_obj_t upyos_lines_matching(mp_obj_t data, mp_obj_t from, mp_obj_t without) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(data, &info, MP_BUFFER_READ);
    program_t program = read_program(from);
    const byte *end = (const byte *)info.buf + info.len;
    mp_obj_t found = mp_obj_new_list(0, NULL);
    const byte *next;
    for (const byte *at = info.buf; at < end; at = next) {
        const byte *newline = memchr(at, '\n', end - at);
        next = newline == NULL ? end : newline + 1;
        if (matches(&program, at, newline == NULL ? end : newline) != mp_obj_is_true(without)) {
            mp_obj_list_append(found, MP_OBJ_NEW_SMALL_INT(at - (const byte *)info.buf));
            mp_obj_list_append(found, MP_OBJ_NEW_SMALL_INT(next - (const byte *)info.buf));
        }
    }
    return found;
}
MP_DEFINE_CONST_FUN_OBJ_3(upyos_lines_matching_obj, upyos_lines_matching);
