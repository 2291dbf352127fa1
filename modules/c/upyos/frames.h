// SPDX-License-Identifier: MIT
//
// Included in front of MicroPython's py/objfun.c (micropython.cmake). A function of more than eleven words has its variables on
// the heap, which is searched for them at each call: a tenth of the time of a short command, and what the prompt has there splits
// the free memory. Functions of ours, which are in flash and do not recurse, have up to 18 words on the C stack. A program's own
// function has what it always had, and may recurse as deep. So have all in a step of a job, which may come where a program in
// front is deep in its calls.

#include "hardware/regs/addressmap.h"
#include "py/runtime.h"

bool upyos_in_step(void);

#define UPYOS_FRAME_BYTES (18 * sizeof(mp_uint_t))

// objfun.c takes the C stack when there is no memory. `self` is its function.
#undef m_new_obj_var_maybe
#define m_new_obj_var_maybe(obj_type, var_field, var_type, var_num) \
    ((var_num) <= UPYOS_FRAME_BYTES && (uintptr_t)self->bytecode < SRAM_BASE && !upyos_in_step() ? NULL \
    : (obj_type *)m_malloc_maybe(offsetof(obj_type, var_field) + sizeof(var_type) * (var_num)))
