// SPDX-License-Identifier: MIT
#include "py/ringbuf.h"
#include "shared/runtime/interrupt_char.h"

extern ringbuf_t stdin_ringbuf;

#define MICROPY_BEGIN_ATOMIC_SECTION() (0)
#define MICROPY_END_ATOMIC_SECTION(state) ((void)(state))

void mp_hal_set_interrupt_char(int c);
mp_uint_t mp_hal_ticks_ms(void);
// of the esp32 port
void mp_hal_wake_main_task(void);
