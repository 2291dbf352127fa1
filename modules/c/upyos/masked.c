// SPDX-License-Identifier: MIT
//
// RP2 chips: a program on core 0 turns interrupts off and not on again.
//
// Then no key comes, no timer, no Ctrl-C. The NMI comes all the same (RP2040 datasheet, 2.3.2 "NMI Mask"; RP2350
// datasheet, 3.7.4.5), and here the alarm of a timer is one. Each time it makes an interrupt pending that nobody else has.
// What is still pending the next time shows that interrupts were off all the while. After OFF_US it asks for what cores.c
// does with core 1 too: where the interpreter looks, they are turned on, and the program gets a RuntimeError. Code in C that
// has them off is left alone, for it does not look.
//
// The NMI looks after callbacks too (step.c).

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
#define PENDING (nvic_hw->ispr[PROBE / 32])
#endif
#include "upyos.h"

// pico-sdk's own alarms use 3, machine.lightsleep 1.
#define ALARM (0)
// An interrupt of no device.
#define PROBE (FIRST_USER_IRQ)
#define PROBE_BIT (1u << (PROBE % 32))
#define PERIOD_US (250000)
// A program that had to turn them on before is not waited for.
#define PERIOD_AGAIN_US (500)
// In periods: as long as a job may hold up the prompt.
#define OFF (4)

static struct {
    // When the probe was made pending.
    uint32_t since_us;
    volatile uint32_t period_us;
} watch;

// In RAM, for it comes while the flash is written, too.
static void __not_in_flash_func(look)(void) {
    uint32_t now_us = timer_hw->timerawl;
    timer_hw->intr = 1u << ALARM;
    timer_hw->alarm[ALARM] = now_us + watch.period_us;
    if (!(PENDING & PROBE_BIT)) {
        watch.since_us = now_us;
        PENDING = PROBE_BIT;
    } else if (now_us - watch.since_us >= OFF * watch.period_us) {
        upyos_cores_forced[0] = true;
        if (MP_STATE_VM(sched_state) == MP_SCHED_IDLE) {
            MP_STATE_VM(sched_state) = MP_SCHED_PENDING;
        }
    }
    uint32_t began_us = upyos_callback_us;
    if (began_us != 0 && now_us - began_us >= OFF * PERIOD_US) {
        upyos_callback_due();
    }
}

static void nothing(void) {
}

// A program has had to turn them on, or has ended.
void upyos_masked_again(bool again) {
    watch.period_us = again ? PERIOD_AGAIN_US : PERIOD_US;
}

// Not while the chip sleeps: the NMI would wake it.
void upyos_masked_watch(bool on) {
    if (hardware_alarm_is_claimed(ALARM)) {
        NMI_MASK = on ? 1u << hardware_alarm_get_irq_num(ALARM) : 0;
    }
}

void upyos_masked_init(void) {
    upyos_masked_again(false);
    if (hardware_alarm_is_claimed(ALARM)) {
        return;
    }
    hardware_alarm_claim(ALARM);
    user_irq_claim(PROBE);
    exception_set_exclusive_handler(NMI_EXCEPTION, look);
    irq_set_exclusive_handler(PROBE, nothing);
    irq_set_enabled(PROBE, true);
    hw_set_bits(&timer_hw->inte, 1u << ALARM);
    timer_hw->alarm[ALARM] = timer_hw->timerawl + PERIOD_US;
    upyos_masked_watch(true);
}

#endif
