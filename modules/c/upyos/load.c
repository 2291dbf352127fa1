// SPDX-License-Identifier: MIT
//
// The loader: run a program without import.

#include <string.h>

#include "extmod/vfs.h"
#include "py/builtin.h"
#include "py/compile.h"
#include "py/frozenmod.h"
#include "py/objmodule.h"
#include "py/persistentcode.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "upyos.h"

// A module that sys.modules does not know, so that nothing of it stays behind.
static mp_module_context_t *upyos_new_module(mp_obj_t name) {
    mp_module_context_t *context = m_new_obj(mp_module_context_t);
    context->module.base.type = &mp_type_module;
    context->module.globals = MP_OBJ_TO_PTR(mp_obj_new_dict(MICROPY_MODULE_DICT_SIZE));
    memset(&context->constants, 0, sizeof(context->constants));
    mp_obj_dict_store(MP_OBJ_FROM_PTR(context->module.globals), MP_OBJ_NEW_QSTR(MP_QSTR___name__), name);
    return context;
}

static void upyos_run_proto_fun(mp_module_context_t *context, mp_proto_fun_t proto_fun) {
    nlr_jump_callback_node_globals_locals_t ctx;
    ctx.globals = mp_globals_get();
    ctx.locals = mp_locals_get();
    mp_globals_set(context->module.globals);
    mp_locals_set(context->module.globals);
    nlr_push_jump_callback(&ctx.callback, mp_globals_locals_set_from_nlr_jump_callback);
    mp_call_function_0(mp_make_function_from_proto_fun(proto_fun, context, NULL));
    nlr_pop_jump_callback(true);
}

bool upyos_run_frozen(mp_module_context_t *context, const char *path) {
    int frozen_type;
    void *data;
    if (mp_find_frozen_module(path, &frozen_type, &data) != MP_IMPORT_STAT_FILE || frozen_type != MP_FROZEN_MPY) {
        return false;
    }
    const mp_frozen_module_t *frozen = data;
    context->constants = frozen->constants;
    upyos_run_proto_fun(context, frozen->proto_fun);
    return true;
}

// A reader of MicroPython's own would make the path a name (qstr), and names are never freed.
typedef struct _upyos_reader_t {
    mp_obj_t file;
    size_t at;
    size_t len;
    byte buf[64];
} upyos_reader_t;

static mp_uint_t upyos_reader_byte(void *data) {
    upyos_reader_t *reader = data;
    if (reader->at == reader->len) {
        int errcode;
        reader->at = 0;
        reader->len = mp_stream_rw(reader->file, reader->buf, sizeof(reader->buf), &errcode, MP_STREAM_RW_READ | MP_STREAM_RW_ONCE);
        if (errcode != 0) {
            reader->len = 0;
            mp_raise_OSError(errcode);
        }
        if (reader->len == 0) {
            // cut off: what follows would be run as code
            mp_raise_ValueError(MP_ERROR_TEXT("incompatible .mpy file"));
        }
    }
    return reader->buf[reader->at++];
}

static void upyos_reader_close(void *data) {
    mp_stream_close(((upyos_reader_t *)data)->file);
}

static void upyos_run_mpy(mp_module_context_t *context, mp_obj_t path) {
    mp_obj_t args[] = { path, MP_OBJ_NEW_QSTR(MP_QSTR_rb) };
    upyos_reader_t from = { .file = mp_vfs_open(MP_ARRAY_SIZE(args), args, (mp_map_t *)&mp_const_empty_map) };
    mp_reader_t reader = { .data = &from, .readbyte = upyos_reader_byte, .close = upyos_reader_close };
    mp_compiled_module_t cm = { .context = context };
    mp_raw_code_load(&reader, &cm);
    upyos_run_proto_fun(context, cm.rc);
}

static void upyos_run_file(mp_module_context_t *context, mp_obj_t path_in) {
    size_t len;
    const char *path = mp_obj_str_get_data(path_in, &len);
    mp_obj_dict_t *globals = context->module.globals;
    mp_obj_dict_store(MP_OBJ_FROM_PTR(globals), MP_OBJ_NEW_QSTR(MP_QSTR___file__), path_in);
    if (len > 4 && memcmp(path + len - 4, ".mpy", 4) == 0) {
        upyos_run_mpy(context, path_in);
    } else {
        mp_lexer_t *lexer = mp_lexer_new_from_file(qstr_from_strn(path, len));
        mp_parse_compile_execute(lexer, MP_PARSE_FILE_INPUT, globals, globals);
    }
}

// load(path[, name]) -> module. A path that is frozen (no leading slash) runs from flash in place.
static mp_obj_t upyos_load(size_t n_args, const mp_obj_t *args) {
    mp_module_context_t *context = upyos_new_module(args[n_args - 1]);
    const char *path = mp_obj_str_get_str(args[0]);
    if (path[0] == '/') {
        upyos_interrupt_program(true);
    }
    if (!upyos_run_frozen(context, path)) {
        upyos_run_file(context, args[0]);
    }
    return MP_OBJ_FROM_PTR(&context->module);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_load_obj, 1, 2, upyos_load);

// frozen(path) -> bool
static mp_obj_t upyos_frozen(mp_obj_t path) {
    return mp_obj_new_bool(mp_find_frozen_module(mp_obj_str_get_str(path), NULL, NULL) == MP_IMPORT_STAT_FILE);
}
MP_DEFINE_CONST_FUN_OBJ_1(upyos_frozen_obj, upyos_frozen);

/******************************************************************************/
// Modules that are not needed any more

static void upyos_remove(mp_map_t *map, mp_obj_t key) {
    mp_map_elem_t *slot = mp_map_lookup(map, key, MP_MAP_LOOKUP_REMOVE_IF_FOUND);
    if (slot != NULL) {
        // else the collector would still find it there
        slot->value = MP_OBJ_NULL;
    }
}

// The last point of a name, or NULL. Not strrchr: the ESP8266's port has its own few functions of the C library, and no library.
const char *upyos_last_point(const char *text) {
    const char *found = NULL;
    for (; *text != 0; ++text) {
        if (*text == '.') {
            found = text;
        }
    }
    return found;
}

// Take a module out of sys.modules, and out of the package right above it, if that is loaded.
void upyos_unload_one(mp_map_t *modules, mp_obj_t name) {
    const char *text = mp_obj_str_get_str(name);
    const char *dot = upyos_last_point(text);
    upyos_remove(modules, name);
    if (dot != NULL) {
        mp_obj_t above = MP_OBJ_NEW_QSTR(qstr_find_strn(text, dot - text));
        mp_map_elem_t *package = mp_map_lookup(modules, above, MP_MAP_LOOKUP);
        if (package != NULL) {
            upyos_remove(&mp_obj_module_get_globals(package->value)->map, MP_OBJ_NEW_QSTR(qstr_from_strn(dot + 1, strlen(dot + 1))));
        }
    }
}

static bool upyos_is_package(mp_obj_t module) {
    return mp_obj_is_type(module, &mp_type_module)
           && mp_map_lookup(&mp_obj_module_get_globals(module)->map, MP_OBJ_NEW_QSTR(MP_QSTR___path__), MP_MAP_LOOKUP) != NULL;
}

// Whether a module of the package upyos stands directly in it, or is what is kept, in that or above it.
static bool upyos_stays(const char *name, mp_obj_t module, const char *kept) {
    const char *in = strchr(name, '.');
    if (in == NULL) {
        return true;
    }
    size_t len = strlen(++in);
    size_t kept_len = strlen(kept);
    if (strncmp(in, kept, MIN(len, kept_len)) == 0) {
        char next = len < kept_len ? kept[len] : in[kept_len];
        if (kept_len != 0 && (next == '.' || next == 0)) {
            return true;
        }
    }
    return strchr(in, '.') == NULL && !upyos_is_package(module);
}

// Whether the first part of a dotted name is one of the names.
static bool upyos_is_below(const char *name, size_t count, const mp_obj_t *names) {
    size_t len = strcspn(name, ".");
    for (size_t i = 0; i < count; ++i) {
        const char *other = mp_obj_str_get_str(names[i]);
        if (strncmp(name, other, len) == 0 && other[len] == 0) {
            return true;
        }
    }
    return false;
}

// unload(names[, kept]): drop from sys.modules the folders of the package upyos, but the folder or module that is kept, and
// the modules of these names; folders and packages with all that is in them
static mp_obj_t upyos_unload(size_t n_args, const mp_obj_t *args) {
    size_t count;
    mp_obj_t *names;
    mp_obj_get_array(args[0], &count, &names);
    const char *kept = n_args > 1 ? mp_obj_str_get_str(args[1]) : "";
    const mp_obj_t own = MP_OBJ_NEW_QSTR(MP_QSTR_upyos);
    mp_map_t *modules = &MP_STATE_VM(mp_loaded_modules_dict).map;
    // removing leaves the other entries where they are
    for (size_t i = 0; i < modules->alloc; ++i) {
        if (mp_map_slot_is_filled(modules, i)) {
            mp_obj_t name = modules->table[i].key;
            const char *text = mp_obj_str_get_str(name);
            if (upyos_is_below(text, 1, &own) ? !upyos_stays(text, modules->table[i].value, kept)
                : upyos_is_below(text, count, names)) {
                upyos_unload_one(modules, name);
            }
        }
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_unload_obj, 1, 2, upyos_unload);
