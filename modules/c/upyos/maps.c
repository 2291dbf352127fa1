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

// Sizes as in py/map.c, so that what is in a table comes out in the same order; larger tables are left to it.
#define GROWN_HERE (22)

static size_t next_size(size_t size) {
    return size < 12 ? (size + 2) / 2 * 2 : size < 17 ? 17 : 23;
}

// Make room in a full table. Its names are all different, so each goes to the first free place.
static void grow(mp_map_t *map) {
    size_t size = next_size(map->alloc);
    mp_map_elem_t *table = m_new0(mp_map_elem_t, size);
    for (mp_map_elem_t *from = map->table; from < map->table + map->alloc; ++from) {
        size_t at = qstr_hash(MP_OBJ_QSTR_VALUE(from->key)) % size;
        while (table[at].key != MP_OBJ_NULL) {
            at = at + 1 == size ? 0 : at + 1;
        }
        table[at] = *from;
    }
    m_del(mp_map_elem_t, map->table, map->alloc);
    map->table = table;
    map->alloc = size;
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
        if (map->is_ordered || map->alloc > GROWN_HERE) {
            return __real_mp_map_lookup(map, name, kind);
        }
        grow(map);
        found = by_hash(map, name);
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
