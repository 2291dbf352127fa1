// SPDX-License-Identifier: MIT
//
// leave(): end all Python code at once, for a soft reset. machine.soft_reset raises SystemExit, which the
// barrier around each program would catch.

#if !defined(__unix__)

#include "py/runtime.h"
#include "upyos.h"

// leave() -> does not return. The port's main loop (shared/runtime/pyexec.c) takes a SystemExit that reaches it
// as the wish for a soft reset. Handlers on the way, `finally` too, are not run: the heap is made anew anyway.
// So nothing else ends redirections, and what the port says next would go to a stream whose heap is gone.
static mp_obj_t upyos_leave(void) {
    upyos_console_init();
    nlr_buf_t *outermost = MP_STATE_THREAD(nlr_top);
    while (outermost->prev != NULL) {
        outermost = outermost->prev;
    }
    MP_STATE_THREAD(nlr_top) = outermost;
    mp_raise_type(&mp_type_SystemExit);
}
MP_DEFINE_CONST_FUN_OBJ_0(upyos_leave_obj, upyos_leave);

#endif
