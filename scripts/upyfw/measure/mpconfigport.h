// SPDX-License-Identifier: MIT
//
// A port that is compiled but never linked, to measure what we add to one: frozen modules and modules/c.
// The settings that change their size are those of the esp32 port.
#include <alloca.h>
#include <stdint.h>

#if defined(MEASURED_FOR_IDF)
// As in ESP-IDF's sdkconfig.h, which the headers that the port's mpconfigport.h includes bring.
#define CONFIG_IDF_TARGET "measured"
#define MICROPY_PY_THREAD (1)
#define MICROPY_PY_THREAD_GIL (1)
// IRAM_ATTR there
#define MICROPY_WRAP_MP_SCHED_KEYBOARD_INTERRUPT(f) __attribute__((section(".iram1"))) f
#else
#define MICROPY_PY_THREAD (0)
#endif

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)
#define MICROPY_MODULE_FROZEN_MPY (1)
#define MICROPY_QSTR_EXTRA_POOL mp_qstr_frozen_const_pool
#define MICROPY_PERSISTENT_CODE_LOAD (1)
#define MICROPY_ENABLE_GC (1)
#define MICROPY_GC_SPLIT_HEAP (1)
#define MICROPY_KBD_EXCEPTION (1)
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_FLOAT)
#define MICROPY_READER_VFS (1)
#define MICROPY_VFS (1)
#define MICROPY_VFS_LFS2 (1)
#define MICROPY_SCHEDULER_STATIC_NODES (1)
#define MICROPY_PY_SYS_STDFILES (1)

typedef int32_t mp_int_t;
typedef uint32_t mp_uint_t;
typedef long mp_off_t;

#define MICROPY_HW_BOARD_NAME "measured"
#define MICROPY_HW_MCU_NAME "none"
#define MP_STATE_PORT MP_STATE_VM

// As in console.c: MicroPython's own build has it expanded before it collects the root pointers.
#define UPYOS_TARGETS (8)
