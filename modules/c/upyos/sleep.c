// SPDX-License-Identifier: MIT
//
// RP2: a deep sleep is no start that failed.
//
// machine.deepsleep sleeps and then resets the chip as machine.reset does, so that the next start cannot tell them apart.
// It is told here: a reset right after the clocks came back leaves a counter of starts that is 0 (upyos_port.py).
//
// While it sleeps no alarm of ours may wake it. That it begins is seen where it stops the clock of the ADC.

#include "py/mpthread.h"

#if defined(PICO_RP2040) || defined(PICO_RP2350)

#include "hardware/clocks.h"
#include "hardware/structs/watchdog.h"
#include "hardware/timer.h"
#include "upyos.h"

// As in upyos_port.py.
#define MAGIC (0x75500000u)
// From the clocks to the reset takes some 100 us.
#define JUST_NOW_US (20000)

// 0 if it never slept.
static uint32_t woke_us;

void __real_clock_stop(clock_handle_t clock);
void __wrap_clock_stop(clock_handle_t clock);
void __real_runtime_init_clocks_optional_usb(bool init_usb);
void __wrap_runtime_init_clocks_optional_usb(bool init_usb);
void __real_watchdog_reboot(uint32_t pc, uint32_t sp, uint32_t delay_ms);
void __wrap_watchdog_reboot(uint32_t pc, uint32_t sp, uint32_t delay_ms);

void __wrap_clock_stop(clock_handle_t clock) {
    upyos_masked_watch(false);
    __real_clock_stop(clock);
}

void __wrap_runtime_init_clocks_optional_usb(bool init_usb) {
    __real_runtime_init_clocks_optional_usb(init_usb);
    upyos_masked_watch(true);
    woke_us = time_us_32();
}

void __wrap_watchdog_reboot(uint32_t pc, uint32_t sp, uint32_t delay_ms) {
    if (woke_us != 0 && time_us_32() - woke_us < JUST_NOW_US) {
        watchdog_hw->scratch[0] = MAGIC;
    }
    __real_watchdog_reboot(pc, sp, delay_ms);
}

#endif
