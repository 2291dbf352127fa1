# SPDX-License-Identifier: MIT
UPYOS_MOD_DIR := $(USERMOD_DIR)
SRC_USERMOD_C += $(addprefix $(UPYOS_MOD_DIR)/,upyos.c changes.c console.c flash.c frozen.c heap.c import.c listing.c load.c span.c \
    terminal.c tick.c)
CFLAGS_USERMOD += -I$(UPYOS_MOD_DIR)
# sys.stdout and mp_hal both write to file descriptor 1 with the C library's write.
LDFLAGS_USERMOD += -Wl,--wrap=write
# Where listing.c sees littlefs read a directory.
LDFLAGS_USERMOD += -Wl,--wrap=lfs2_dir_read
# Imports, writes of file systems and searches for frozen modules pass these.
LDFLAGS_USERMOD += -Wl,--wrap=mp_builtin___import___default -Wl,--wrap=mp_find_frozen_module -Wl,--wrap=mp_vfs_blockdev_write -Wl,--wrap=mp_vfs_blockdev_write_ext
