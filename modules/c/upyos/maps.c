// SPDX-License-Identifier: MIT
//
// A name to its value: what nearly every step of Python code does, in a module, a class, an object. py/map.c divides for each
// place that it looks at, which calls the divider of an RP2040 through a function, and remembers 64 places for all tables
// together. It took a quarter of the time of every line. Here a table that has names alone is searched without dividing, and
// the places are remembered by table and name. Everything else py/map.c does.

#include "py/obj.h"
#include "py/qstr.h"

// Where the last name with this number was found in its table: a guess, which is checked.
#define PLACES (128)
static uint8_t places[PLACES];

static inline uint8_t *place_of(const mp_map_t *map, mp_obj_t name) {
    return &places[((uintptr_t)name >> 3 ^ (uintptr_t)map >> 4) % PLACES];
}

// NULL: it is not there. Two steps a turn: tables in flash are long.
static mp_map_elem_t *in_order(const mp_map_t *map, mp_obj_t name) {
    mp_map_elem_t *at = map->table;
    mp_map_elem_t *end = at + map->used;
    for (mp_map_elem_t *last = end - 1; at < last; at += 2) {
        if (at[0].key == name) {
            return at;
        }
        if (at[1].key == name) {
            return at + 1;
        }
    }
    return at < end && at->key == name ? at : NULL;
}

// Where the name is, else where it may be put, else NULL: the table is full.
static mp_map_elem_t *by_hash(const mp_map_t *map, mp_obj_t name) {
    mp_map_elem_t *at = map->table + qstr_hash(MP_OBJ_QSTR_VALUE(name)) % map->alloc;
    mp_map_elem_t *end = map->table + map->alloc;
    mp_map_elem_t *room = NULL;
    for (size_t left = map->alloc; left > 0; --left) {
        mp_obj_t key = at->key;
        if (key == name) {
            return at;
        }
        // A place that was never used, or one that was given up.
        if ((uintptr_t)key <= (uintptr_t)MP_OBJ_SENTINEL) {
            if (room == NULL) {
                room = at;
            }
            if (key == MP_OBJ_NULL) {
                break;
            }
        }
        if (++at == end) {
            at = map->table;
        }
    }
    return room;
}

mp_map_elem_t *__real_mp_map_lookup(mp_map_t *map, mp_obj_t index, mp_map_lookup_kind_t kind);
mp_map_elem_t *__wrap_mp_map_lookup(mp_map_t *map, mp_obj_t index, mp_map_lookup_kind_t kind);

// Apart from what most calls need, which saves no registers.
static MP_NOINLINE mp_map_elem_t *search(mp_map_t *map, mp_obj_t name, mp_map_lookup_kind_t kind) {
    mp_map_elem_t *found = map->is_ordered ? in_order(map, name) : by_hash(map, name);
    if (found != NULL && found->key == name) {
        *place_of(map, name) = found - map->table;
        return found;
    }
    if (kind == MP_MAP_LOOKUP) {
        return NULL;
    }
    if (found == NULL) {
        return __real_mp_map_lookup(map, name, kind);
    }
    ++map->used;
    found->key = name;
    found->value = MP_OBJ_NULL;
    return found;
}

mp_map_elem_t *__wrap_mp_map_lookup(mp_map_t *map, mp_obj_t index, mp_map_lookup_kind_t kind) {
    if (kind != MP_MAP_LOOKUP_REMOVE_IF_FOUND) {
        size_t place = *place_of(map, index);
        if (place < map->alloc && map->table[place].key == index) {
            return map->table + place;
        }
        if (map->all_keys_are_qstrs && mp_obj_is_qstr(index) && map->alloc > 0) {
            return search(map, index, kind);
        }
    }
    return __real_mp_map_lookup(map, index, kind);
}
