// SPDX-License-Identifier: MIT
//
// The smallest firmware that shows that it runs: it sets the pin PIN, and waits
//
// Linked for the slot's start; boot2 and vector table stand where MicroPython has them (header of 256 bytes first).

    .syntax unified
    .cpu cortex-m0plus
    .thumb
    .section .image, "ax"

    // boot2: the boot loader's own is used.
    .space 256, 0xff

    .word 0x20042000
    .word start + 1
    .space 46 * 4

start:
    // Take IO_BANK0 (bit 5) out of reset (RP2040 datasheet, 2.14.3).
    ldr r0, =0x4000f000
    movs r1, #32
    str r1, [r0]
    ldr r0, =0x4000c008
1:  ldr r2, [r0]
    tst r2, r1
    beq 1b
    // The pin is driven by SIO (2.19.6.1), as an output, high (2.3.1.7).
    ldr r0, =0x40014004 + 8 * PIN
    movs r1, #5
    str r1, [r0]
    ldr r0, =0xd0000024
    ldr r1, =1 << PIN
    str r1, [r0]
    ldr r0, =0xd0000014
    str r1, [r0]
2:  wfi
    b 2b
    .pool
    // Some sectors of it, other ones for each pin.
    .rept 2500
    .word PIN * 0x01010101
    .endr
