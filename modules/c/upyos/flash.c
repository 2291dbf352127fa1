// SPDX-License-Identifier: MIT
//
// The block device of the file system.
//
// Nothing may run in the middle of a file system call: not a background task,
// which would enter the file system a second time, and not Ctrl-C, which would
// leave it half done in memory.

#include <string.h>

#include "py/mperrno.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "extmod/vfs.h"
#include "upyos.h"

#if defined(__unix__)
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#endif

typedef struct _upyos_flash_obj_t {
    mp_obj_base_t base;
    #if defined(__unix__)
    int fd;
    #else
    mp_obj_t bdev;
    // Where the processor sees the flash, NULL if it does not.
    const uint8_t *mapped;
    size_t mapped_bytes;
    size_t block_bytes;
    #endif
} upyos_flash_obj_t;

// Nesting of flash operations that run events.
size_t upyos_flash_calls;

// busy() -> True in the middle of a flash operation: the caller is a scheduled function then
static mp_obj_t upyos_busy(void) {
    return mp_obj_new_bool(upyos_flash_calls != 0);
}
MP_DEFINE_CONST_FUN_OBJ_0(upyos_busy_obj, upyos_busy);

#if defined(__unix__)

// The file of the host that stands for the flash. In C and with the GIL held
// all the time, so that no other thread gets into the file system meanwhile.
#define UPYOS_FLASH_BLOCK_BYTES (4096)

static mp_obj_t upyos_flash_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    upyos_flash_obj_t *self = mp_obj_malloc(upyos_flash_obj_t, type);
    self->fd = open(mp_obj_str_get_str(args[0]), O_RDWR);
    if (self->fd < 0) {
        mp_raise_OSError(errno);
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t upyos_flash_transfer(size_t n_args, const mp_obj_t *args, bool writes) {
    upyos_flash_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    off_t off = (off_t)mp_obj_get_int(args[1]) * UPYOS_FLASH_BLOCK_BYTES;
    off += n_args > 3 ? mp_obj_get_int(args[3]) : 0;
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(args[2], &bufinfo, writes ? MP_BUFFER_READ : MP_BUFFER_WRITE);
    ssize_t n = writes ? pwrite(self->fd, bufinfo.buf, bufinfo.len, off) : pread(self->fd, bufinfo.buf, bufinfo.len, off);
    return MP_OBJ_NEW_SMALL_INT(n == (ssize_t)bufinfo.len ? 0 : -MP_EIO);
}

static mp_obj_t upyos_flash_readblocks(size_t n_args, const mp_obj_t *args) {
    return upyos_flash_transfer(n_args, args, false);
}

static mp_obj_t upyos_flash_writeblocks(size_t n_args, const mp_obj_t *args) {
    return upyos_flash_transfer(n_args, args, true);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_flash_readblocks_obj, 3, 4, upyos_flash_readblocks);

static mp_obj_t upyos_flash_erase(int fd, off_t off) {
    char erased[UPYOS_FLASH_BLOCK_BYTES];
    memset(erased, 0xff, sizeof(erased));
    return MP_OBJ_NEW_SMALL_INT(pwrite(fd, erased, sizeof(erased), off) == sizeof(erased) ? 0 : -MP_EIO);
}

static mp_obj_t upyos_flash_ioctl(size_t n_args, const mp_obj_t *args) {
    upyos_flash_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    switch (mp_obj_get_int(args[1])) {
        case MP_BLOCKDEV_IOCTL_INIT:
        case MP_BLOCKDEV_IOCTL_DEINIT:
        case MP_BLOCKDEV_IOCTL_SYNC:
            return MP_OBJ_NEW_SMALL_INT(0);
        case MP_BLOCKDEV_IOCTL_BLOCK_COUNT:
            return MP_OBJ_NEW_SMALL_INT(lseek(self->fd, 0, SEEK_END) / UPYOS_FLASH_BLOCK_BYTES);
        case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
            return MP_OBJ_NEW_SMALL_INT(UPYOS_FLASH_BLOCK_BYTES);
        case MP_BLOCKDEV_IOCTL_BLOCK_ERASE:
            return upyos_flash_erase(self->fd, (off_t)mp_obj_get_int(args[2]) * UPYOS_FLASH_BLOCK_BYTES);
        default:
            return mp_const_none;
    }
}

#else

static mp_obj_t upyos_flash_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    upyos_flash_obj_t *self = mp_obj_malloc(upyos_flash_obj_t, type);
    self->bdev = args[0];
    mp_buffer_info_t bufinfo;
    bool mapped = mp_get_buffer(self->bdev, &bufinfo, MP_BUFFER_READ);
    self->mapped = mapped ? bufinfo.buf : NULL;
    self->mapped_bytes = mapped ? bufinfo.len : 0;
    mp_obj_t call[4];
    mp_load_method(self->bdev, MP_QSTR_ioctl, call);
    call[2] = MP_OBJ_NEW_SMALL_INT(MP_BLOCKDEV_IOCTL_BLOCK_SIZE);
    call[3] = MP_OBJ_NEW_SMALL_INT(0);
    self->block_bytes = mp_obj_get_int(mp_call_method_n_kw(2, 0, call));
    return MP_OBJ_FROM_PTR(self);
}

// Call a method of the port's block device, which runs events between its
// steps, with Ctrl-C put off and background tasks told to stay out.
static mp_obj_t upyos_flash_call(qstr method, size_t n_args, const mp_obj_t *args) {
    upyos_flash_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_obj_t call[5];
    mp_load_method(self->bdev, method, call);
    memcpy(&call[2], &args[1], (n_args - 1) * sizeof(mp_obj_t));
    bool main_thread = mp_thread_is_main_thread();
    mp_obj_t pending = MP_OBJ_NULL;
    if (main_thread) {
        upyos_hold_interrupt(true);
        pending = MP_STATE_MAIN_THREAD(mp_pending_exception);
        MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_NULL;
    }
    ++upyos_flash_calls;
    mp_obj_t result = MP_OBJ_NULL;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        result = mp_call_method_n_kw(n_args - 1, 0, call);
        nlr_pop();
    }
    --upyos_flash_calls;
    if (main_thread) {
        if (pending != MP_OBJ_NULL) {
            mp_sched_exception(pending);
        }
        upyos_hold_interrupt(false);
    }
    if (result == MP_OBJ_NULL) {
        nlr_jump(nlr.ret_val);
    }
    return result;
}

static mp_obj_t upyos_flash_writeblocks(size_t n_args, const mp_obj_t *args) {
    return upyos_flash_call(MP_QSTR_writeblocks, n_args, args);
}

static mp_obj_t upyos_flash_ioctl(size_t n_args, const mp_obj_t *args) {
    return upyos_flash_call(MP_QSTR_ioctl, n_args, args);
}

static mp_obj_t upyos_flash_readblocks(size_t n_args, const mp_obj_t *args) {
    return upyos_flash_call(MP_QSTR_readblocks, n_args, args);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_flash_readblocks_obj, 3, 4, upyos_flash_readblocks);

int __real_mp_vfs_blockdev_read_ext(mp_vfs_blockdev_t *self, size_t block_num, size_t block_off, size_t len, uint8_t *buf);
int __wrap_mp_vfs_blockdev_read_ext(mp_vfs_blockdev_t *self, size_t block_num, size_t block_off, size_t len, uint8_t *buf);

// littlefs reads in pieces of 32 to 1024 bytes, 20 of them to find a file. From flash that is mapped they are
// copied at once: a call of the port's Python method for each took a third of the time of every look-up.
int __wrap_mp_vfs_blockdev_read_ext(mp_vfs_blockdev_t *dev, size_t block_num, size_t block_off, size_t len, uint8_t *buf) {
    if (dev->readblocks[0] == MP_OBJ_FROM_PTR(&upyos_flash_readblocks_obj)) {
        const upyos_flash_obj_t *self = MP_OBJ_TO_PTR(dev->readblocks[1]);
        size_t off = block_num * self->block_bytes + block_off;
        if (off <= self->mapped_bytes && len <= self->mapped_bytes - off) {
            memcpy(buf, self->mapped + off, len);
            return 0;
        }
    }
    return __real_mp_vfs_blockdev_read_ext(dev, block_num, block_off, len, buf);
}

#endif

static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_flash_writeblocks_obj, 3, 4, upyos_flash_writeblocks);
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_flash_ioctl_obj, 3, 3, upyos_flash_ioctl);

static const mp_rom_map_elem_t upyos_flash_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&upyos_flash_readblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&upyos_flash_writeblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&upyos_flash_ioctl_obj) },
};
static MP_DEFINE_CONST_DICT(upyos_flash_locals, upyos_flash_locals_table);

// Flash(path) on unix, Flash(block device) elsewhere
MP_DEFINE_CONST_OBJ_TYPE(
    upyos_flash_type,
    MP_QSTR_Flash,
    MP_TYPE_FLAG_NONE,
    make_new, upyos_flash_make_new,
    locals_dict, &upyos_flash_locals
    );
