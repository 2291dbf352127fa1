// SPDX-License-Identifier: MIT
//
// RP2 chips: a program on core 0 turns interrupts off and not on again.
//
// Then no key comes, no timer, no Ctrl-C. The NMI comes all the same (RP2040 datasheet, 2.3.2 "NMI Mask"; RP2350
// datasheet, 3.7.4.5), and here the alarm of a timer is one. Each time it makes an interrupt pending that nobody else has.
// What is still pending the next time shows that interrupts were off all the while. After OFF_US it asks for what cores.c
// does with core 1 too: where the interpreter looks, they are turned on, and the program gets a RuntimeError. Code in C that
// has them off is left alone, for it does not look.

#include "py/mpthread.h"

#if (defined(PICO_RP2040) || defined(PICO_RP2350)) && MICROPY_PY_THREAD && !defined(__riscv)

#include "py/runtime.h"
#include "hardware/exception.h"
#include "hardware/irq.h"
#include "hardware/structs/nvic.h"
#include "hardware/timer.h"
#if PICO_RP2040
#include "hardware/structs/syscfg.h"
#define NMI_MASK (syscfg_hw->proc0_nmi_mask)
#define PENDING (nvic_hw->ispr)
#else
#include "hardware/structs/m33_eppb.h"
#define NMI_MASK (eppb_hw->nmi_mask[0])
#define PENDING (nvic_hw->ispr[FIRST_USER_IRQ / 32])
#endif
#include "upyos.h"

// pico-sdk's own alarms use 3, machine.lightsleep 1.
#define ALARM (0)
#define PERIOD_US (250000)
// A program that had to turn them on before is not waited for.
#define PERIOD_AGAIN_US (500)
// As long as a job may hold up the prompt.
#define OFF_US (1000000)

// The interrupt that shows it: 0 before the first start.
static uint32_t probe;
static volatile uint32_t off_us;
static volatile uint32_t period_us;

// In RAM: it comes while the flash is written, too.
static void __not_in_flash_func(look)(void) {
    uint32_t bit = 1u << (probe % 32);
    timer_hw->intr = 1u << ALARM;
    timer_hw->alarm[ALARM] = timer_hw->timerawl + period_us;
    off_us = PENDING & bit ? off_us + period_us : 0;
    PENDING = bit;
    if (off_us >= (period_us == PERIOD_US ? OFF_US : PERIOD_AGAIN_US)) {
        upyos_cores_forced[0] = true;
        if (MP_STATE_VM(sched_state) == MP_SCHED_IDLE) {
            MP_STATE_VM(sched_state) = MP_SCHED_PENDING;
        }
    }
}

static void nothing(void) {
}

// A program has had to turn them on, or has ended.
void upyos_masked_again(bool again) {
    period_us = again ? PERIOD_AGAIN_US : PERIOD_US;
}

// Not while the chip sleeps: the NMI would wake it.
void upyos_masked_watch(bool on) {
    if (probe != 0) {
        NMI_MASK = on ? 1u << hardware_alarm_get_irq_num(ALARM) : 0;
    }
}

void upyos_masked_init(void) {
    upyos_masked_again(false);
    if (probe != 0) {
        return;
    }
    probe = user_irq_claim_unused(true);
    hardware_alarm_claim(ALARM);
    exception_set_exclusive_handler(NMI_EXCEPTION, look);
    irq_set_exclusive_handler(probe, nothing);
    irq_set_enabled(probe, true);
    hw_set_bits(&timer_hw->inte, 1u << ALARM);
    timer_hw->alarm[ALARM] = timer_hw->timerawl + PERIOD_US;
    upyos_masked_watch(true);
}

#endif
