// SPDX-License-Identifier: MIT
//
// The file of the host that stands for the flash on unix. In C and with the GIL held
// all the time, so that no other thread gets into the file system meanwhile.
//
// It is mapped to read it, as a chip's flash is: littlefs reads a few bytes at a time.

#if defined(__unix__)

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "py/mperrno.h"
#include "py/runtime.h"
#include "extmod/vfs.h"
#include "upyos.h"

typedef struct _upyos_flash_obj_t {
    mp_obj_base_t base;
    int fd;
    const uint8_t *map;
    off_t bytes;
} upyos_flash_obj_t;

#define UPYOS_FLASH_BLOCK_BYTES (4096)

static mp_obj_t upyos_flash_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    upyos_flash_obj_t *self = mp_obj_malloc(upyos_flash_obj_t, type);
    self->fd = open(mp_obj_str_get_str(args[0]), O_RDWR);
    if (self->fd < 0) {
        mp_raise_OSError(errno);
    }
    self->bytes = lseek(self->fd, 0, SEEK_END);
    self->map = mmap(NULL, self->bytes, PROT_READ, MAP_SHARED, self->fd, 0);
    if (self->map == MAP_FAILED) {
        self->bytes = 0;
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t upyos_flash_transfer(size_t n_args, const mp_obj_t *args, bool writes) {
    upyos_flash_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    off_t off = (off_t)mp_obj_get_int(args[1]) * UPYOS_FLASH_BLOCK_BYTES;
    off += n_args > 3 ? mp_obj_get_int(args[3]) : 0;
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(args[2], &bufinfo, writes ? MP_BUFFER_READ : MP_BUFFER_WRITE);
    if (!writes && off >= 0 && off + (off_t)bufinfo.len <= self->bytes) {
        memcpy(bufinfo.buf, self->map + off, bufinfo.len);
        return MP_OBJ_NEW_SMALL_INT(0);
    }
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

static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_flash_writeblocks_obj, 3, 4, upyos_flash_writeblocks);
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(upyos_flash_ioctl_obj, 3, 3, upyos_flash_ioctl);

static const mp_rom_map_elem_t upyos_flash_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&upyos_flash_readblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&upyos_flash_writeblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&upyos_flash_ioctl_obj) },
};
static MP_DEFINE_CONST_DICT(upyos_flash_locals, upyos_flash_locals_table);

// Flash(path)
MP_DEFINE_CONST_OBJ_TYPE(
    upyos_flash_type,
    MP_QSTR_Flash,
    MP_TYPE_FLAG_NONE,
    make_new, upyos_flash_make_new,
    locals_dict, &upyos_flash_locals
    );

#endif
