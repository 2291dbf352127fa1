// SPDX-License-Identifier: MIT
//
// _upyos: what the kernel cannot do in Python. This is the table of its calls.

#include "py/builtin.h"
#include "py/objmodule.h"
#include "py/runtime.h"
#include "upyos.h"

extern const mp_obj_module_t upyos_module;

// At the first import after a (soft) reset: the old heap's streams are gone.
static mp_obj_t upyos_init(void) {
    // A built-in module is initialised again at every import that does not find it in sys.modules.
    mp_obj_dict_store(MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_loaded_modules_dict)), MP_OBJ_NEW_QSTR(MP_QSTR__upyos),
        MP_OBJ_FROM_PTR(&upyos_module));
    upyos_console_init();
    upyos_terminal_init();
    upyos_step_init();
    upyos_started_init();
    upyos_blockdev_calls = 0;
    upyos_tick_init();
    upyos_masked_init();
    upyos_mirror_init();
    #if UPYOS_SWAP || defined(CONFIG_IDF_TARGET)
    upyos_trial_start();
    #endif
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(upyos_init_obj, upyos_init);

static const mp_rom_map_elem_t upyos_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__upyos) },
    { MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&upyos_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_redirect), MP_ROM_PTR(&upyos_redirect_obj) },
    { MP_ROM_QSTR(MP_QSTR_key), MP_ROM_PTR(&upyos_key_obj) },
    { MP_ROM_QSTR(MP_QSTR_typed), MP_ROM_PTR(&upyos_typed_obj) },
    { MP_ROM_QSTR(MP_QSTR_started), MP_ROM_PTR(&upyos_started_obj) },
    { MP_ROM_QSTR(MP_QSTR_lost), MP_ROM_PTR(&upyos_lost_obj) },
    { MP_ROM_QSTR(MP_QSTR_tty), MP_ROM_PTR(&upyos_tty_obj) },
    { MP_ROM_QSTR(MP_QSTR_hold), MP_ROM_PTR(&upyos_hold_obj) },
    { MP_ROM_QSTR(MP_QSTR_step), MP_ROM_PTR(&upyos_step_obj) },
    #if MICROPY_PY_THREAD
    { MP_ROM_QSTR(MP_QSTR_acquire), MP_ROM_PTR(&upyos_acquire_obj) },
    #endif
    { MP_ROM_QSTR(MP_QSTR_inject), MP_ROM_PTR(&upyos_inject_obj) },
    { MP_ROM_QSTR(MP_QSTR_raw_repl), MP_ROM_PTR(&upyos_raw_repl_obj) },
    { MP_ROM_QSTR(MP_QSTR_leave), MP_ROM_PTR(&upyos_leave_obj) },
    #if defined(__unix__)
    { MP_ROM_QSTR(MP_QSTR_Flash), MP_ROM_PTR(&upyos_flash_type) },
    { MP_ROM_QSTR(MP_QSTR_interfaces), MP_ROM_PTR(&upyos_interfaces_obj) },
    #endif
    { MP_ROM_QSTR(MP_QSTR_Mirror), MP_ROM_PTR(&upyos_mirror_type) },
    { MP_ROM_QSTR(MP_QSTR_mirror), MP_ROM_PTR(&upyos_mirror_obj) },
    { MP_ROM_QSTR(MP_QSTR_room), MP_ROM_PTR(&upyos_room_obj) },
    { MP_ROM_QSTR(MP_QSTR_on_tick), MP_ROM_PTR(&upyos_on_tick_obj) },
    { MP_ROM_QSTR(MP_QSTR_tick), MP_ROM_PTR(&upyos_tick_obj) },
    { MP_ROM_QSTR(MP_QSTR_load), MP_ROM_PTR(&upyos_load_obj) },
    { MP_ROM_QSTR(MP_QSTR_frozen), MP_ROM_PTR(&upyos_frozen_obj) },
    { MP_ROM_QSTR(MP_QSTR_unload), MP_ROM_PTR(&upyos_unload_obj) },
    { MP_ROM_QSTR(MP_QSTR_changes), MP_ROM_PTR(&upyos_changes_obj) },
    { MP_ROM_QSTR(MP_QSTR_entries), MP_ROM_PTR(&upyos_entries_obj) },
    { MP_ROM_QSTR(MP_QSTR_rescue), MP_ROM_PTR(&upyos_rescue_obj) },
    { MP_ROM_QSTR(MP_QSTR_command), MP_ROM_PTR(&upyos_command_obj) },
    { MP_ROM_QSTR(MP_QSTR_heap), MP_ROM_PTR(&upyos_heap_obj) },
    { MP_ROM_QSTR(MP_QSTR_headroom), MP_ROM_PTR(&upyos_headroom_obj) },
    // Not ESP_PLATFORM: MicroPython's scan for names is not given what ESP-IDF defines for components alone.
    #if defined(CONFIG_IDF_TARGET)
    { MP_ROM_QSTR(MP_QSTR_keep), MP_ROM_PTR(&upyos_keep_obj) },
    { MP_ROM_QSTR(MP_QSTR_trial_end), MP_ROM_PTR(&upyos_trial_end_obj) },
    #endif
    { MP_ROM_QSTR(MP_QSTR_cells), MP_ROM_PTR(&upyos_cells_obj) },
    { MP_ROM_QSTR(MP_QSTR_shown), MP_ROM_PTR(&upyos_shown_obj) },
    { MP_ROM_QSTR(MP_QSTR_rows), MP_ROM_PTR(&upyos_rows_obj) },
    { MP_ROM_QSTR(MP_QSTR_near), MP_ROM_PTR(&upyos_near_obj) },
    { MP_ROM_QSTR(MP_QSTR_search), MP_ROM_PTR(&upyos_search_obj) },
    { MP_ROM_QSTR(MP_QSTR_mend), MP_ROM_PTR(&upyos_mend_obj) },
    { MP_ROM_QSTR(MP_QSTR_span), MP_ROM_PTR(&upyos_span_obj) },
    { MP_ROM_QSTR(MP_QSTR_lines_matching), MP_ROM_PTR(&upyos_lines_matching_obj) },
    { MP_ROM_QSTR(MP_QSTR_lines_with), MP_ROM_PTR(&upyos_lines_with_obj) },
    { MP_ROM_QSTR(MP_QSTR_whole_lines), MP_ROM_PTR(&upyos_whole_lines_obj) },
    { MP_ROM_QSTR(MP_QSTR_joined), MP_ROM_PTR(&upyos_joined_obj) },
    { MP_ROM_QSTR(MP_QSTR_count_text), MP_ROM_PTR(&upyos_count_text_obj) },
    { MP_ROM_QSTR(MP_QSTR_translate), MP_ROM_PTR(&upyos_translate_obj) },
    { MP_ROM_QSTR(MP_QSTR_cut), MP_ROM_PTR(&upyos_cut_obj) },
    { MP_ROM_QSTR(MP_QSTR_sort), MP_ROM_PTR(&upyos_sort_obj) },
    { MP_ROM_QSTR(MP_QSTR_line_at), MP_ROM_PTR(&upyos_line_at_obj) },
    { MP_ROM_QSTR(MP_QSTR_signed), MP_ROM_PTR(&upyos_signed_obj) },
    #if MICROPY_PY_SSL && MICROPY_SSL_MBEDTLS
    { MP_ROM_QSTR(MP_QSTR_greet), MP_ROM_PTR(&upyos_greet_obj) },
    { MP_ROM_QSTR(MP_QSTR_part), MP_ROM_PTR(&upyos_part_obj) },
    #endif
};
static MP_DEFINE_CONST_DICT(upyos_globals, upyos_globals_table);

const mp_obj_module_t upyos_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&upyos_globals,
};
MP_REGISTER_MODULE(MP_QSTR__upyos, upyos_module);
