// SPDX-License-Identifier: MIT
//
// The heap in numbers. gc_info of py/gc.c counts more, block by block, and takes 9 ms on an RP2040.

#include "py/gc.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "upyos.h"

// Two bits a block: 0 free, 1 head, 2 tail, 3 marked head (py/gc.c)
#define BLOCKS_PER_BYTE (4)
#define AT_FREE (0)

typedef struct _upyos_heap_t {
    size_t total;
    size_t free;
    // free blocks in a row: just now, at most
    size_t run;
    size_t longest;
} upyos_heap_t;

static void upyos_heap_count(upyos_heap_t *heap, uint8_t states) {
    for (size_t i = 0; i < BLOCKS_PER_BYTE; ++i, states >>= 2) {
        if ((states & 3) == AT_FREE) {
            ++heap->free;
            ++heap->run;
        } else {
            heap->run = 0;
        }
        heap->longest = MAX(heap->longest, heap->run);
    }
}

static void upyos_heap_count_area(upyos_heap_t *heap, const mp_state_mem_area_t *area) {
    const uint8_t *table = area->gc_alloc_table_start;
    heap->run = 0;
    for (size_t i = 0; i < area->gc_alloc_table_byte_len; ++i) {
        if (table[i] == 0) {
            heap->free += BLOCKS_PER_BYTE;
            heap->run += BLOCKS_PER_BYTE;
        } else {
            upyos_heap_count(heap, table[i]);
        }
    }
    heap->longest = MAX(heap->longest, heap->run);
    heap->total += area->gc_pool_end - area->gc_pool_start;
}

// heap() -> (total, used, free, largest free block), bytes
static mp_obj_t upyos_heap(void) {
    upyos_heap_t heap = { 0 };
    #if MICROPY_GC_SPLIT_HEAP
    for (mp_state_mem_area_t *area = &MP_STATE_MEM(area); area != NULL; area = area->next) {
        upyos_heap_count_area(&heap, area);
    }
    #else
    upyos_heap_count_area(&heap, &MP_STATE_MEM(area));
    #endif
    mp_obj_t items[] = {
        MP_OBJ_NEW_SMALL_INT(heap.total),
        MP_OBJ_NEW_SMALL_INT(heap.total - heap.free * MICROPY_BYTES_PER_GC_BLOCK),
        MP_OBJ_NEW_SMALL_INT(heap.free * MICROPY_BYTES_PER_GC_BLOCK),
        MP_OBJ_NEW_SMALL_INT(heap.longest * MICROPY_BYTES_PER_GC_BLOCK),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
MP_DEFINE_CONST_FUN_OBJ_0(upyos_heap_obj, upyos_heap);

// headroom(bytes): Python code of the main thread ends so much earlier for want of C stack, so that C code that it calls
// has it. MicroPython looks at the stack when Python calls something, not inside littlefs. A module that asks may be loaded
// again and again, by any thread. headroom(bytes, True): that of the calling thread, which asks once.
static mp_obj_t upyos_headroom(size_t n_args, const mp_obj_t *args) {
    mp_int_t bytes = mp_obj_get_int(args[0]);
    #if MICROPY_STACK_CHECK
    static mp_uint_t main_limit;
    if (upyos_on_main() && main_limit == 0) {
        main_limit = MP_STATE_THREAD(stack_limit);
    }
    mp_uint_t whole = upyos_on_main() ? main_limit : MP_STATE_THREAD(stack_limit);
    if (bytes < 0 || (mp_uint_t)bytes >= whole) {
        mp_raise_ValueError(NULL);
    }
    if (upyos_on_main() || n_args > 1) {
        MP_STATE_THREAD(stack_limit) = whole - bytes;
    }
    #else
    (void)n_args;
    (void)bytes;
    #endif
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_headroom_obj, 1, 2, upyos_headroom);
