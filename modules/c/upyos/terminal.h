// SPDX-License-Identifier: MIT
//
// What terminal.c asks of a port: ports/README.md has the contract.
#ifndef MODULES_C_UPYOS_TERMINAL_H
#define MODULES_C_UPYOS_TERMINAL_H

#include "py/obj.h"

#define UPYOS_CTRL_C (3)
#define UPYOS_CTRL_D (4)
#define UPYOS_CTRL_Z (26)

// Once after each start.
void upyos_terminal_start(void);
// Whether input was dropped since the last call, because it came faster than it was read.
bool upyos_terminal_lost(void);
// What _upyos.tty was told last: Ctrl-C is a key, not an interrupt.
extern bool upyos_tty_raw;

// Ctrl-C is a key if raw, else it interrupts.
void upyos_terminal_set_raw(bool raw);
// Ctrl-C that is among the keys that nobody read yet interrupts now, where a key stays one when it no longer is.
void upyos_terminal_interrupt_if_typed(void);
// Is Ctrl-C among the keys that nobody read yet? What stands before it goes with it.
bool upyos_terminal_take_interrupt(void);
// Is Ctrl-Z? What stands before it goes with it.
bool upyos_terminal_take_stop(void);
// As if typed; dropped when the input buffer is full.
void upyos_terminal_put_key(uint8_t c);
// As if typed; false when the input buffer is full.
bool upyos_terminal_inject_byte(uint8_t c);
// Whether a key would come without a wait.
bool upyos_terminal_has_key(void);
// The next byte, or -1 when none came in wait_ms; below 0 it waits for ever. Other threads run meanwhile.
int upyos_terminal_wait_key(mp_int_t wait_ms);
// The next byte if it is there, else -1. Other than wait_key it runs nothing else, and is quick for many of them.
int upyos_terminal_read_key(void);
// Have the REPL that follows main.py be the raw one; false where there is none.
bool upyos_terminal_raw_repl(void);

#endif
