// SPDX-License-Identifier: MIT
//
// Further places for what the console shows: sessions over the network.
//
// Mirror(size, full) is a ring of bytes. While it is in the list of mirrors, everything that goes to the terminal is put into it
// too, from whatever thread, with CR in front of LF as the terminal has it. The session reads it: it is a stream that
// can be polled. Nobody waits for the session here but the main thread when the ring is full: it calls full() until
// that returns false, then drops what has no room. Another thread drops at once what has no room; jobs ask room() before.

#include <string.h>

#include "py/gc.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "upyos.h"

typedef struct _upyos_mirror_obj_t {
    mp_obj_base_t base;
    mp_obj_t full;
    // The mirror behind it in the list, or MP_OBJ_NULL.
    mp_obj_t next;
    size_t size;
    // Bytes put in and taken out so far; the difference is what is in the ring.
    volatile size_t in;
    volatile size_t out;
    uint8_t last;
    bool filling;
    uint8_t ring[];
} upyos_mirror_obj_t;

MP_REGISTER_ROOT_POINTER(mp_obj_t upyos_mirror);

// Return where the list points to this mirror, or to its end.
static mp_obj_t *upyos_mirror_link(upyos_mirror_obj_t *self) {
    mp_obj_t *link = &MP_STATE_VM(upyos_mirror);
    while (*link != MP_OBJ_NULL && MP_OBJ_TO_PTR(*link) != self) {
        link = &((upyos_mirror_obj_t *)MP_OBJ_TO_PTR(*link))->next;
    }
    return link;
}

// Have the main thread make room. Returns false if it cannot.
static bool upyos_make_room(upyos_mirror_obj_t *self) {
    #if MICROPY_PY_THREAD
    if (!mp_thread_is_main_thread()) {
        return false;
    }
    #endif
    if (self->filling || gc_is_locked() || upyos_blockdev_calls != 0) {
        return false;
    }
    self->filling = true;
    bool goes_on = false;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        goes_on = mp_obj_is_true(mp_call_function_0(self->full));
        nlr_pop();
    } else if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(MP_OBJ_FROM_PTR(nlr.ret_val))),
        MP_OBJ_FROM_PTR(&mp_type_KeyboardInterrupt))) {
        // For whoever writes, not for the session.
        mp_sched_keyboard_interrupt();
    }
    self->filling = false;
    return goes_on && *upyos_mirror_link(self) != MP_OBJ_NULL;
}

static bool upyos_put(upyos_mirror_obj_t *self, uint8_t c) {
    while (self->in - self->out >= self->size) {
        if (!upyos_make_room(self)) {
            return false;
        }
    }
    self->ring[self->in % self->size] = c;
    self->in += 1;
    self->last = c;
    return true;
}

static void upyos_mirror_take(upyos_mirror_obj_t *self, const char *data, size_t len) {
    bool was_empty = self->in == self->out;
    for (size_t i = 0; i < len; ++i) {
        if (data[i] == '\n' && self->last != '\r' && !upyos_put(self, '\r')) {
            return;
        }
        if (!upyos_put(self, data[i])) {
            return;
        }
    }
    if (was_empty) {
        upyos_tick_now();
    }
}

void upyos_mirror_write(const char *data, size_t len) {
    mp_obj_t mirror = MP_STATE_VM(upyos_mirror);
    while (mirror != MP_OBJ_NULL && len != 0) {
        upyos_mirror_obj_t *self = MP_OBJ_TO_PTR(mirror);
        // Making room may take it, and others, from the list.
        mirror = self->next;
        upyos_mirror_take(self, data, len);
    }
}

void upyos_mirror_init(void) {
    MP_STATE_VM(upyos_mirror) = MP_OBJ_NULL;
}

static mp_obj_t upyos_mirror_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 2, 2, false);
    size_t size = mp_obj_get_int(args[0]);
    upyos_mirror_obj_t *self = mp_obj_malloc_var(upyos_mirror_obj_t, ring, uint8_t, size, type);
    self->full = args[1];
    self->next = MP_OBJ_NULL;
    self->size = size;
    self->in = self->out = 0;
    self->last = 0;
    self->filling = false;
    return MP_OBJ_FROM_PTR(self);
}

static mp_uint_t upyos_mirror_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    upyos_mirror_obj_t *self = MP_OBJ_TO_PTR(self_in);
    size_t count = self->in - self->out;
    if (count == 0) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    count = MIN(count, size);
    for (size_t i = 0; i < count; ++i) {
        ((uint8_t *)buf)[i] = self->ring[(self->out + i) % self->size];
    }
    self->out += count;
    return count;
}

static mp_uint_t upyos_mirror_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    upyos_mirror_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (request == MP_STREAM_POLL) {
        return self->in != self->out ? arg & MP_STREAM_POLL_RD : 0;
    }
    *errcode = MP_EINVAL;
    return MP_STREAM_ERROR;
}

static const mp_rom_map_elem_t upyos_mirror_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj) },
};
static MP_DEFINE_CONST_DICT(upyos_mirror_locals, upyos_mirror_locals_table);

static const mp_stream_p_t upyos_mirror_stream = {
    .read = upyos_mirror_read,
    .ioctl = upyos_mirror_ioctl,
};

// Mirror(size, full)
MP_DEFINE_CONST_OBJ_TYPE(
    upyos_mirror_type,
    MP_QSTR_Mirror,
    MP_TYPE_FLAG_NONE,
    make_new, upyos_mirror_make_new,
    protocol, &upyos_mirror_stream,
    locals_dict, &upyos_mirror_locals
    );

// mirror(Mirror, on): what the console shows goes into it too, or no longer
static mp_obj_t upyos_set_mirror(mp_obj_t mirror, mp_obj_t on) {
    if (!mp_obj_is_type(mirror, &upyos_mirror_type)) {
        mp_raise_TypeError(NULL);
    }
    upyos_mirror_obj_t *self = MP_OBJ_TO_PTR(mirror);
    mp_obj_t *link = upyos_mirror_link(self);
    if (!mp_obj_is_true(on)) {
        if (*link != MP_OBJ_NULL) {
            *link = self->next;
            self->next = MP_OBJ_NULL;
        }
    } else if (*link == MP_OBJ_NULL) {
        *link = mirror;
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(upyos_mirror_obj, upyos_set_mirror);

// room() -> how many bytes the console can show now and no mirror drops any of them, even from a thread for which nobody makes
// room
static mp_obj_t upyos_room(void) {
    size_t room = 1 << 20;
    mp_obj_t mirror = MP_STATE_VM(upyos_mirror);
    while (mirror != MP_OBJ_NULL) {
        upyos_mirror_obj_t *self = MP_OBJ_TO_PTR(mirror);
        room = MIN(room, self->size - (self->in - self->out));
        mirror = self->next;
    }
    return MP_OBJ_NEW_SMALL_INT(room);
}
MP_DEFINE_CONST_FUN_OBJ_0(upyos_room_obj, upyos_room);
