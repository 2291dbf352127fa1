// SPDX-License-Identifier: MIT
//
// Before uart.c of the esp32 port (micropython.cmake): its interrupt drops what comes when the input buffer is full, and says
// nothing. What comes over USB is not dropped, so a full buffer alone tells nothing on a chip that has both.
#ifndef MODULES_C_UPYOS_UART_LOST_H
#define MODULES_C_UPYOS_UART_LOST_H

#include <stdbool.h>
#include <stdint.h>

#include "py/ringbuf.h"

// terminal_chip.c
extern volatile bool upyos_uart_lost;

// In an interrupt, while the flash may be off: no function of its own.
__attribute__((always_inline)) static inline int upyos_uart_put(ringbuf_t *r, uint8_t c) {
    int full = ringbuf_put(r, c);
    if (full < 0) {
        upyos_uart_lost = true;
    }
    return full;
}

#define ringbuf_put upyos_uart_put

#endif
