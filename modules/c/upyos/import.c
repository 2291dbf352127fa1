// SPDX-License-Identifier: MIT
//
// Imports of what is loaded, of what is built in, and of frozen modules of ours. py/builtinimport.c takes a dotted name to pieces,
// and for each of them makes a path and searches the names of the firmware, three times for the last one,
// before it looks into sys.modules: 60 us on an RP2040, and a command has ten to thirty imports. Here the name
// as it stands in the code is the key of sys.modules, and the path of a module below upyos is that name.

#include <string.h>

#include "py/builtin.h"
#include "py/frozenmod.h"
#include "py/objmodule.h"
#include "py/objstr.h"
#include "py/runtime.h"
#include "upyos.h"

mp_obj_t __real_mp_module_get_builtin(qstr name, bool extensible);
mp_obj_t __wrap_mp_module_get_builtin(qstr name, bool extensible);

// Files come before built-in modules that are marked extensible: one called select.py would stop all jobs, and each import
// would look for it in every directory of sys.path. So no module is extensible: this is asked before any file is looked for.
mp_obj_t __wrap_mp_module_get_builtin(qstr name, bool extensible) {
    mp_obj_t module = __real_mp_module_get_builtin(name, false);
    return module == MP_OBJ_NULL ? __real_mp_module_get_builtin(name, true) : module;
}

mp_obj_t __real_mp_builtin___import___default(size_t n_args, const mp_obj_t *args);
mp_obj_t __wrap_mp_builtin___import___default(size_t n_args, const mp_obj_t *args);

// Room for a path; a longer one is left to MicroPython.
#define PATH_BYTES (48)
static const char ours[] = "upyos.";
static const char suffix[] = ".py";

// Where MicroPython looks for what a folder of ours has not got.
static const MP_DEFINE_STR_OBJ(nowhere, ".frozen/nowhere");

// An empty sys.path asks for built-in modules only, whatever is loaded.
static bool uses_path(void) {
    size_t count;
    mp_obj_t *items;
    mp_obj_get_array(mp_sys_path, &count, &items);
    return count != 0;
}

static mp_obj_t loaded(qstr name) {
    mp_map_elem_t *slot = mp_map_lookup(&MP_STATE_VM(mp_loaded_modules_dict).map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
    return slot != NULL ? slot->value : MP_OBJ_NULL;
}

// A module that raises while it is loaded is not there.
typedef struct _upyos_failed_t {
    nlr_jump_callback_node_t callback;
    qstr name;
} upyos_failed_t;

static void forget_failed(void *failed_in) {
    upyos_failed_t *failed = failed_in;
    mp_map_lookup(&MP_STATE_VM(mp_loaded_modules_dict).map, MP_OBJ_NEW_QSTR(failed->name), MP_MAP_LOOKUP_REMOVE_IF_FOUND);
}

// Load a frozen module, or make the module that stands for a folder of them, and enter it into the package above it.
// NULL: neither is there, or the package above is not loaded and no folder of ours.
static mp_obj_t load_ours(qstr name) {
    const char *text = qstr_str(name);
    size_t len = qstr_len(name);
    const char *dot = upyos_last_point(text);
    if (dot == NULL || len + sizeof(suffix) > PATH_BYTES || strncmp(text, ours, sizeof(ours) - 1) != 0) {
        return MP_OBJ_NULL;
    }
    char path[PATH_BYTES];
    for (size_t i = 0; i < len; ++i) {
        path[i] = text[i] == '.' ? '/' : text[i];
    }
    path[len] = 0;
    bool folder = mp_find_frozen_module(path, NULL, NULL) == MP_IMPORT_STAT_DIR;
    memcpy(path + len, suffix, sizeof(suffix));
    if (!folder && mp_find_frozen_module(path, NULL, NULL) != MP_IMPORT_STAT_FILE) {
        return MP_OBJ_NULL;
    }
    qstr above_name = qstr_from_strn(text, dot - text);
    mp_obj_t above = loaded(above_name);
    if (above == MP_OBJ_NULL && (above = load_ours(above_name)) == MP_OBJ_NULL) {
        return MP_OBJ_NULL;
    }
    mp_obj_t module = mp_obj_new_module(name);
    if (!folder) {
        upyos_failed_t failed = { .name = name };
        nlr_push_jump_callback(&failed.callback, forget_failed);
        upyos_run_frozen(MP_OBJ_TO_PTR(module), path);
        nlr_pop_jump_callback(false);
    } else {
        // What has it is a package for MicroPython.
        mp_store_attr(module, MP_QSTR___path__, MP_OBJ_FROM_PTR(&nowhere));
    }
    mp_store_attr(above, qstr_from_strn(dot + 1, strlen(dot + 1)), module);
    return module;
}

mp_obj_t __wrap_mp_builtin___import___default(size_t n_args, const mp_obj_t *args) {
    bool absolute = n_args < 5 || args[4] == MP_OBJ_NEW_SMALL_INT(0);
    if (absolute && mp_obj_is_qstr(args[0]) && uses_path()) {
        qstr name = MP_OBJ_QSTR_VALUE(args[0]);
        // `import a.b` without names gives a, not a.b
        bool leaf = n_args >= 4 && args[3] != mp_const_none;
        bool plain = strchr(qstr_str(name), '.') == NULL;
        if (leaf || plain) {
            mp_obj_t module = loaded(name);
            if (module == MP_OBJ_NULL) {
                module = plain ? __wrap_mp_module_get_builtin(name, false) : load_ours(name);
            }
            if (module != MP_OBJ_NULL) {
                return module;
            }
        }
    }
    mp_obj_t module = __real_mp_builtin___import___default(n_args, args);
    if (absolute && strncmp(mp_obj_str_get_str(args[0]), "asyncio", 7) == 0) {
        upyos_watch_tasks();
    }
    return module;
}
