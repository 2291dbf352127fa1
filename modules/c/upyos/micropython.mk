# SPDX-License-Identifier: MIT
UPYOS_MOD_DIR := $(USERMOD_DIR)
SRC_USERMOD_C += $(UPYOS_MOD_DIR)/upyos.c
CFLAGS_USERMOD += -I$(UPYOS_MOD_DIR)
# sys.stdout and mp_hal both write to file descriptor 1 with the C library's write.
LDFLAGS_USERMOD += -Wl,--wrap=write
