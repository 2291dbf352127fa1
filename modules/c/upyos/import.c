// SPDX-License-Identifier: MIT
//
// Imports of what is loaded, and of what is built in. py/builtinimport.c takes a dotted name to pieces and searches the names of the
// firmware for each of them before it looks into sys.modules: 60 us on an RP2040, and a command has ten to
// thirty imports. The name as it stands in the code is the key of sys.modules.

#include <string.h>

#include "py/builtin.h"
#include "py/objmodule.h"
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

// An empty sys.path asks for built-in modules only, whatever is loaded.
static bool uses_path(void) {
    size_t count;
    mp_obj_t *items;
    mp_obj_get_array(mp_sys_path, &count, &items);
    return count != 0;
}

mp_obj_t __wrap_mp_builtin___import___default(size_t n_args, const mp_obj_t *args) {
    bool absolute = n_args < 5 || args[4] == MP_OBJ_NEW_SMALL_INT(0);
    if (absolute && mp_obj_is_qstr(args[0]) && uses_path()) {
        // `import a.b` without names gives a, not a.b
        bool leaf = n_args >= 4 && args[3] != mp_const_none;
        bool plain = strchr(qstr_str(MP_OBJ_QSTR_VALUE(args[0])), '.') == NULL;
        if (leaf || plain) {
            mp_map_elem_t *slot = mp_map_lookup(&MP_STATE_VM(mp_loaded_modules_dict).map, args[0], MP_MAP_LOOKUP);
            if (slot != NULL) {
                return slot->value;
            }
        }
        mp_obj_t module = plain ? __wrap_mp_module_get_builtin(MP_OBJ_QSTR_VALUE(args[0]), false) : MP_OBJ_NULL;
        if (module != MP_OBJ_NULL) {
            return module;
        }
    }
    mp_obj_t module = __real_mp_builtin___import___default(n_args, args);
    if (absolute && strncmp(mp_obj_str_get_str(args[0]), "asyncio", 7) == 0) {
        upyos_watch_tasks();
    }
    return module;
}
