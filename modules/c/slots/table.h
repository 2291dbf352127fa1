// SPDX-License-Identifier: MIT
//
// The module _slot, included behind the functions of a board's kind of slots: ports/README.md has the contract.

static const mp_rom_map_elem_t slot_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__slot) },
    { MP_ROM_QSTR(MP_QSTR_room), MP_ROM_PTR(&slot_room_obj) },
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&slot_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&slot_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_image), MP_ROM_PTR(&slot_image_obj) },
    { MP_ROM_QSTR(MP_QSTR_request), MP_ROM_PTR(&slot_request_obj) },
    { MP_ROM_QSTR(MP_QSTR_trial), MP_ROM_PTR(&slot_trial_obj) },
    { MP_ROM_QSTR(MP_QSTR_confirm), MP_ROM_PTR(&slot_confirm_obj) },
    { MP_ROM_QSTR(MP_QSTR_revert), MP_ROM_PTR(&slot_revert_obj) },
    { MP_ROM_QSTR(MP_QSTR_marks), MP_ROM_PTR(&slot_marks_obj) },
};
static MP_DEFINE_CONST_DICT(slot_globals, slot_globals_table);

const mp_obj_module_t slot_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&slot_globals,
};
MP_REGISTER_MODULE(MP_QSTR__slot, slot_module);
