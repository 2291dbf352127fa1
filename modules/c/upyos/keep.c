// SPDX-License-Identifier: MIT
//
// keep(): a word that outlives resets, where Python cannot reach one: the ESP32 family, whose linker gives out the
// RTC memory. Other chips have a register for it.

// The port's settings bring ESP-IDF's, which the compiler and the scan for names see alike (upyos.c).
#include "py/mpconfig.h"

#if defined(CONFIG_IDF_TARGET)

#include "py/runtime.h"
#include "esp_attr.h"
#include "upyos.h"

// Loss of power leaves anything here.
static RTC_NOINIT_ATTR uint32_t upyos_kept;

// keep([word]) -> the word, after it was set if there is one
static mp_obj_t upyos_keep(size_t n_args, const mp_obj_t *args) {
    if (n_args > 0) {
        upyos_kept = mp_obj_get_int_truncated(args[0]);
    }
    return mp_obj_new_int_from_uint(upyos_kept);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_keep_obj, 0, 1, upyos_keep);

#endif
