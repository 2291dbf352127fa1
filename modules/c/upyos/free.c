// SPDX-License-Identifier: MIT
//
// Memory that is given back: where the next search for free blocks begins.
//
// py/gc.c searches from the lowest block that was given back, over all garbage behind it, each time that it needs more than
// one block in a row. A word that is made and given back low in the heap, many times in a script's loop, made each turn slower
// than the one before (2 ms on an RP2040 with 100 KB of garbage). So a block that lies far below the present place is
// left for the next collection, which begins at the bottom anyway.

#include "py/gc.h"
#include "py/runtime.h"

// In bytes of gc.c's table, of four blocks each.
#define NEAR (64)

void __real_gc_free(void *ptr);
void __wrap_gc_free(void *ptr);

void __wrap_gc_free(void *ptr) {
    mp_state_mem_area_t *area = &MP_STATE_MEM(area);
    size_t before = area->gc_last_free_atb_index;
    __real_gc_free(ptr);
    // A program without collections needs every block again.
    if (before > area->gc_last_free_atb_index + NEAR && MP_STATE_MEM(gc_auto_collect_enabled)) {
        area->gc_last_free_atb_index = before;
    }
}
