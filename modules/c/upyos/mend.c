// SPDX-License-Identifier: MIT
//
// mend(): put right what a program left of the interpreter, before anything else runs: another print or getattr,
// a collector that is off, a locked heap, an emptied sys.modules, interrupts that are off, data that every line needs.

#include "py/gc.h"
#include "py/mphal.h"
#include "py/objmodule.h"
#include "py/runtime.h"
#include "upyos.h"

#if defined(__unix__)
#include <unistd.h>

// As in extmod/vfs_posix_file.c.
typedef struct _upyos_posix_file_t {
    mp_obj_base_t base;
    int fd;
} upyos_posix_file_t;
extern upyos_posix_file_t mp_sys_stdin_obj, mp_sys_stdout_obj, mp_sys_stderr_obj;

int __real_close(int fd);
int __wrap_close(int fd);

// The terminal stays open, whoever closes sys.stdout.
int __wrap_close(int fd) {
    if (fd <= STDERR_FILENO) {
        return 0;
    }
    upyos_before_close();
    return __real_close(fd);
}

void upyos_mend_streams(void) {
    mp_sys_stdin_obj.fd = STDIN_FILENO;
    mp_sys_stdout_obj.fd = STDOUT_FILENO;
    mp_sys_stderr_obj.fd = STDERR_FILENO;
}
#endif

// The function that stands for input(), the package upyos, and the modules kernel and sdata.
#define INPUT (0)
#define PACKAGE (1)
#define KERNEL (2)
#define SDATA (3)
MP_REGISTER_ROOT_POINTER(mp_obj_t upyos_system[4]);
#define SYSTEM(i) (MP_STATE_VM(upyos_system)[i])

// The only builtin of ours: all others are found in flash when this table has not got them.
static void mend_builtins(void) {
    mp_obj_dict_t *dict = MP_STATE_VM(mp_module_builtins_override_dict);
    if (dict != NULL) {
        mp_map_elem_t *slot = mp_map_lookup(&dict->map, MP_OBJ_NEW_QSTR(MP_QSTR_input), MP_MAP_LOOKUP);
        if (dict->map.used == 1 && slot != NULL && slot->value == SYSTEM(INPUT)) {
            return;
        }
        mp_map_clear(&dict->map);
    } else {
        dict = MP_STATE_VM(mp_module_builtins_override_dict) = MP_OBJ_TO_PTR(mp_obj_new_dict(1));
    }
    mp_obj_dict_store(MP_OBJ_FROM_PTR(dict), MP_OBJ_NEW_QSTR(MP_QSTR_input), SYSTEM(INPUT));
}

static bool is_module(mp_map_t *modules, qstr name, mp_obj_t module) {
    mp_map_elem_t *slot = mp_map_lookup(modules, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
    return slot != NULL && slot->value == module;
}

static void enter_module(const char *prefix, qstr name, mp_obj_t module) {
    vstr_t full;
    vstr_init(&full, 32);
    vstr_add_str(&full, prefix);
    vstr_add_str(&full, qstr_str(name));
    qstr key = qstr_from_strn(full.buf, full.len);
    vstr_clear(&full);
    mp_obj_dict_store(MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_loaded_modules_dict)), MP_OBJ_NEW_QSTR(key), module);
}

// A name of the firmware: the same after each reset.
static qstr state_name;

// Enter the modules of the system again, as they are in their package. Returns false if they were there.
static bool mend_modules(void) {
    mp_map_t *modules = &MP_STATE_VM(mp_loaded_modules_dict).map;
    mp_map_t *package = &mp_obj_module_get_globals(SYSTEM(PACKAGE))->map;
    mp_map_elem_t *state = mp_map_lookup(package, MP_OBJ_NEW_QSTR(MP_QSTR_state), MP_MAP_LOOKUP);
    if (state_name == MP_QSTRnull) {
        state_name = qstr_from_str("upyos.state");
    }
    if (is_module(modules, MP_QSTR_upyos, SYSTEM(PACKAGE)) && is_module(modules, MP_QSTR_kernel, SYSTEM(KERNEL))
        && is_module(modules, MP_QSTR_sdata, SYSTEM(SDATA))
        && state != NULL && is_module(modules, state_name, state->value)) {
        return false;
    }
    enter_module("", MP_QSTR_upyos, SYSTEM(PACKAGE));
    enter_module("", MP_QSTR_kernel, SYSTEM(KERNEL));
    enter_module("", MP_QSTR_sdata, SYSTEM(SDATA));
    for (size_t i = 0; i < package->alloc; ++i) {
        if (mp_map_slot_is_filled(package, i) && mp_obj_is_type(package->table[i].value, &mp_type_module)) {
            enter_module("upyos.", MP_OBJ_QSTR_VALUE(package->table[i].key), package->table[i].value);
        }
    }
    return true;
}

// Have the firmware searched for modules, whatever became of sys.path. Returns false if that is where it began.
static bool mend_path(void) {
    size_t count = 0;
    mp_obj_t *items = NULL;
    if (mp_obj_is_type(mp_sys_path, &mp_type_list)) {
        mp_obj_list_get(mp_sys_path, &count, &items);
    } else {
        mp_sys_path = mp_obj_new_list(0, NULL);
    }
    if (count != 0 && items[0] == MP_OBJ_NEW_QSTR(MP_QSTR__dot_frozen)) {
        return false;
    }
    mp_obj_list_set_len(mp_sys_path, 0);
    mp_obj_list_append(mp_sys_path, MP_OBJ_NEW_QSTR(MP_QSTR__dot_frozen));
    return true;
}

static mp_obj_t look_up(mp_map_t *map, qstr name) {
    mp_map_elem_t *slot = mp_map_lookup(map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
    return slot == NULL ? MP_OBJ_NULL : slot->value;
}

static void restore(mp_obj_t module, qstr name, mp_obj_t value) {
    mp_obj_dict_t *globals = mp_obj_module_get_globals(module);
    if (look_up(&globals->map, name) != value) {
        mp_obj_dict_store(MP_OBJ_FROM_PTR(globals), MP_OBJ_NEW_QSTR(name), value);
    }
}

// Whether the parts of the configuration that commands need are there.
static bool is_whole(mp_obj_t conf) {
    if (conf == MP_OBJ_NULL || !mp_obj_is_type(conf, &mp_type_dict)) {
        return false;
    }
    mp_map_t *map = mp_obj_dict_get_map(conf);
    mp_obj_t part[] = { look_up(map, MP_QSTR_env), look_up(map, MP_QSTR_alias), look_up(map, MP_QSTR_auth),
                        look_up(map, MP_QSTR_pfiles), look_up(map, MP_QSTR_board) };
    for (size_t i = 0; i < MP_ARRAY_SIZE(part); ++i) {
        if (part[i] == MP_OBJ_NULL) {
            return false;
        }
    }
    return mp_obj_is_type(part[0], &mp_type_dict) && mp_obj_is_type(part[1], &mp_type_dict)
           && mp_obj_is_type(part[2], &mp_type_dict) && mp_obj_is_type(part[3], &mp_type_list) && mp_obj_is_str(part[4]);
}

// Put back what sdata and the kernel always have; what takes more is for programs.mend: returns true then.
static bool mend_data(void) {
    static const uint16_t needed[] = { MP_QSTR_debug, MP_QSTR_log, MP_QSTR_d0, MP_QSTR_cache_enabled, MP_QSTR_name,
                                       MP_QSTR_version, MP_QSTR_sid, MP_QSTR_initime };
    mp_map_t *data = &mp_obj_module_get_globals(SYSTEM(SDATA))->map;
    restore(SYSTEM(SDATA), MP_QSTR_upyos, SYSTEM(KERNEL));
    // The table of processes is elsewhere: sdata gives a copy of it, unless a program has put something in its place.
    mp_map_lookup(data, MP_OBJ_NEW_QSTR(MP_QSTR_procs), MP_MAP_LOOKUP_REMOVE_IF_FOUND);
    if (look_up(&mp_obj_module_get_globals(SYSTEM(KERNEL))->map, MP_QSTR_stop) == MP_OBJ_NULL) {
        restore(SYSTEM(KERNEL), MP_QSTR_stop, mp_const_false);
    }
    bool gone = !is_whole(look_up(data, MP_QSTR_sysconfig));
    for (size_t i = 0; i < MP_ARRAY_SIZE(needed); ++i) {
        gone |= look_up(data, needed[i]) == MP_OBJ_NULL;
    }
    return gone;
}

// mend() -> True if modules of the system, the way to them or parts of sdata were gone
// mend(input, upyos, kernel, sdata), at the start: what is right
static mp_obj_t upyos_mend(size_t n_args, const mp_obj_t *args) {
    for (size_t i = 0; i < n_args; ++i) {
        SYSTEM(i) = args[i];
    }
    upyos_interrupt_program(false);
    MP_STATE_THREAD(gc_lock_depth) = 0;
    MP_STATE_MEM(gc_auto_collect_enabled) = true;
    upyos_cores_interrupts_on();
    upyos_mend_streams();
    if (SYSTEM(INPUT) == MP_OBJ_NULL) {
        return mp_const_false;
    }
    mend_builtins();
    bool gone = mend_path();
    gone |= mend_modules();
    gone |= mend_data();
    return mp_obj_new_bool(gone);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_mend_obj, 0, 4, upyos_mend);
