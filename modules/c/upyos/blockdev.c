// SPDX-License-Identifier: MIT
//
// What every call of a block device passes, whatever file system and device it is (extmod/vfs_blockdev.c).
//
// Nothing may run in the middle of a file system call: not a scheduled function, which could enter the
// file system a second time, not Ctrl-C, which would leave it half done in memory, and not the other core.
// A file system is C code, so only the calls of its device need care. They may handle events: the flash of
// rp2 does after each step, a device in Python after each branch.

#include <string.h>

#include "py/mperrno.h"
#include "py/nlr.h"
#include "py/objtype.h"
#include "py/runtime.h"
#include "extmod/vfs.h"
#include "upyos.h"

// Calls of block devices that have not returned.
size_t upyos_blockdev_calls;

static void upyos_blockdev_left(void *node) {
    (void)node;
    --upyos_blockdev_calls;
}

// Around a call that may raise.
#define UPYOS_ENTER \
    nlr_jump_callback_node_t node; \
    ++upyos_blockdev_calls; \
    nlr_push_jump_callback(&node, upyos_blockdev_left)
#define UPYOS_LEAVE nlr_pop_jump_callback(true)

int __real_mp_vfs_blockdev_read(mp_vfs_blockdev_t *self, size_t block_num, size_t num_blocks, uint8_t *buf);
int __wrap_mp_vfs_blockdev_read(mp_vfs_blockdev_t *self, size_t block_num, size_t num_blocks, uint8_t *buf);
int __real_mp_vfs_blockdev_read_ext(mp_vfs_blockdev_t *self, size_t block_num, size_t block_off, size_t len, uint8_t *buf);
int __wrap_mp_vfs_blockdev_read_ext(mp_vfs_blockdev_t *self, size_t block_num, size_t block_off, size_t len, uint8_t *buf);
int __real_mp_vfs_blockdev_write(mp_vfs_blockdev_t *self, size_t block_num, size_t num_blocks, const uint8_t *buf);
int __wrap_mp_vfs_blockdev_write(mp_vfs_blockdev_t *self, size_t block_num, size_t num_blocks, const uint8_t *buf);
int __real_mp_vfs_blockdev_write_ext(mp_vfs_blockdev_t *self, size_t block_num, size_t block_off, size_t len, const uint8_t *buf);
int __wrap_mp_vfs_blockdev_write_ext(mp_vfs_blockdev_t *self, size_t block_num, size_t block_off, size_t len, const uint8_t *buf);
mp_obj_t __real_mp_vfs_blockdev_ioctl(mp_vfs_blockdev_t *self, uintptr_t cmd, uintptr_t arg);
mp_obj_t __wrap_mp_vfs_blockdev_ioctl(mp_vfs_blockdev_t *self, uintptr_t cmd, uintptr_t arg);

int __wrap_mp_vfs_blockdev_read(mp_vfs_blockdev_t *self, size_t block_num, size_t num_blocks, uint8_t *buf) {
    UPYOS_ENTER;
    int result = __real_mp_vfs_blockdev_read(self, block_num, num_blocks, buf);
    UPYOS_LEAVE;
    return result;
}

// littlefs reads in pieces of 32 to 1024 bytes, 20 of them to find a file. From flash that is mapped (the device
// has the buffer protocol) they are copied at once: a call of its Python method for each took a third of the
// time of every look-up.
static bool upyos_read_mapped(mp_vfs_blockdev_t *self, size_t off, size_t len, uint8_t *buf) {
    mp_buffer_info_t bufinfo;
    if (mp_obj_is_instance_type(mp_obj_get_type(self->readblocks[1])) || !mp_get_buffer(self->readblocks[1], &bufinfo, MP_BUFFER_READ)) {
        return false;
    }
    bool inside = off <= bufinfo.len && len <= bufinfo.len - off;
    if (inside) {
        memcpy(buf, (uint8_t *)bufinfo.buf + off, len);
    }
    return inside;
}

int __wrap_mp_vfs_blockdev_read_ext(mp_vfs_blockdev_t *self, size_t block_num, size_t block_off, size_t len, uint8_t *buf) {
    if (upyos_read_mapped(self, block_num * self->block_size + block_off, len, buf)) {
        return 0;
    }
    UPYOS_ENTER;
    int result = __real_mp_vfs_blockdev_read_ext(self, block_num, block_off, len, buf);
    UPYOS_LEAVE;
    return result;
}

int __wrap_mp_vfs_blockdev_write(mp_vfs_blockdev_t *self, size_t block_num, size_t num_blocks, const uint8_t *buf) {
    ++upyos_writes;
    UPYOS_ENTER;
    int result = __real_mp_vfs_blockdev_write(self, block_num, num_blocks, buf);
    UPYOS_LEAVE;
    return result;
}

int __wrap_mp_vfs_blockdev_write_ext(mp_vfs_blockdev_t *self, size_t block_num, size_t block_off, size_t len, const uint8_t *buf) {
    ++upyos_writes;
    UPYOS_ENTER;
    int result = __real_mp_vfs_blockdev_write_ext(self, block_num, block_off, len, buf);
    UPYOS_LEAVE;
    return result;
}

mp_obj_t __wrap_mp_vfs_blockdev_ioctl(mp_vfs_blockdev_t *self, uintptr_t cmd, uintptr_t arg) {
    if (cmd == MP_BLOCKDEV_IOCTL_BLOCK_ERASE && self->writeblocks[0] == MP_OBJ_NULL) {
        // mounted to read only, as mp_vfs_blockdev_write says it
        return MP_OBJ_NEW_SMALL_INT(-MP_EROFS);
    }
    UPYOS_ENTER;
    mp_obj_t result = __real_mp_vfs_blockdev_ioctl(self, cmd, arg);
    UPYOS_LEAVE;
    return result;
}

void __real_mp_handle_pending(bool raise_exc);
void __wrap_mp_handle_pending(bool raise_exc);
void __real_mp_event_handle_nowait(void);
void __wrap_mp_event_handle_nowait(void);
void __real_mp_event_wait_ms(mp_uint_t timeout_ms);
void __wrap_mp_event_wait_ms(mp_uint_t timeout_ms);

// Before what is pending: Ctrl-C.
static void look(void) {
    upyos_callback_look();
    upyos_step_look();
    upyos_interrupt_insist();
}

// And behind it.
static void look_after(void) {
    upyos_cores_look(true);
    upyos_held_now(false);
}

void __wrap_mp_handle_pending(bool raise_exc) {
    if (upyos_blockdev_calls == 0) {
        upyos_tick_look();
        if (raise_exc) {
            look();
        }
        __real_mp_handle_pending(raise_exc);
        if (raise_exc) {
            look_after();
        } else {
            upyos_cores_look(false);
        }
    }
}

void __wrap_mp_event_handle_nowait(void) {
    if (upyos_blockdev_calls == 0) {
        upyos_tick_look();
        look();
        __real_mp_event_handle_nowait();
        look_after();
    }
}

// It calls the two above where they are defined, so not as they are here.
void __wrap_mp_event_wait_ms(mp_uint_t timeout_ms) {
    #if UPYOS_HELD
    // What was typed is fetched before it is looked at, and both before a wait.
    __wrap_mp_event_handle_nowait();
    #else
    if (upyos_blockdev_calls == 0) {
        upyos_tick_look();
        look();
    }
    #endif
    __real_mp_event_wait_ms(timeout_ms);
}
