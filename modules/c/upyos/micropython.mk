# SPDX-License-Identifier: MIT
UPYOS_MOD_DIR := $(USERMOD_DIR)
SRC_USERMOD_C += $(addprefix $(UPYOS_MOD_DIR)/,upyos.c blockdev.c cells.c changes.c console.c flash.c frozen.c heap.c host.c import.c \
    listing.c load.c mend.c mirror.c pattern.c search.c sort.c space.c span.c terminal.c \
    text.c tick.c)
CFLAGS_USERMOD += -I$(UPYOS_MOD_DIR)
# As micropython.cmake.
CFLAGS_USERMOD += -DMICROPY_LOADED_MODULES_DICT_SIZE=40
# Imports and searches for frozen modules; what blockdev.c stands around, and what it keeps out meanwhile; new files of FAT;
# where listing.c sees littlefs read a directory; used space.
UPYOS_WRAPPED := mp_builtin___import___default mp_find_frozen_module mp_vfs_blockdev_read mp_vfs_blockdev_read_ext \
    mp_vfs_blockdev_write mp_vfs_blockdev_write_ext mp_vfs_blockdev_ioctl mp_handle_pending mp_event_handle_nowait f_open \
    lfs2_dir_read lfs2_fs_traverse
ifeq ($(CROSS_COMPILE),)
# sys.stdout and mp_hal both write to file descriptor 1 with the C library's write; a program that closes sys.stdout calls close;
# select.poll calls poll (tick.c).
LDFLAGS_USERMOD += $(foreach name,$(UPYOS_WRAPPED) write close poll,-Wl,--wrap=$(name))
else
# A chip, whose Makefile calls the linker itself.
SRC_USERMOD_C += $(addprefix $(UPYOS_MOD_DIR)/,crc.c leave.c)
UPYOS_WRAPPED += mp_hal_stdout_tx_strn mp_hal_stdout_tx_strn_cooked lfs2_crc
LDFLAGS_USERMOD += $(addprefix --wrap=,$(UPYOS_WRAPPED))
endif
