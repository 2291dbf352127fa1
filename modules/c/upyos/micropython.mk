# SPDX-License-Identifier: MIT
UPYOS_MOD_DIR := $(USERMOD_DIR)
UPYOS_COMMA := ,
# Every C file of the folder: what is of one port alone is empty on the others (#if at its top).
SRC_USERMOD_C += $(wildcard $(UPYOS_MOD_DIR)/*.c)
CFLAGS_USERMOD += -I$(UPYOS_MOD_DIR)
# signed.c has these headers found, though it skips them.
CFLAGS_USERMOD += -I$(TOP)/lib/mbedtls/include
# $(call upyos_shared,kind,where): what build.txt says
upyos_shared = $(shell sed -n 's/^$(1) $(2) //p' $(UPYOS_MOD_DIR)/build.txt)
CFLAGS_USERMOD += $(addprefix -D,$(call upyos_shared,define,all))
UPYOS_WRAPPED := $(call upyos_shared,wrap,all)
ifeq ($(CROSS_COMPILE),)
CFLAGS_USERMOD += $(addprefix -D,$(call upyos_shared,define,unix))
UPYOS_WRAPPED += $(call upyos_shared,wrap,unix)
LDFLAGS_USERMOD += $(addprefix -Wl$(UPYOS_COMMA)--wrap=,$(UPYOS_WRAPPED))
else
# A chip, whose Makefile calls the linker itself.
CFLAGS_USERMOD += $(addprefix -D,$(call upyos_shared,define,chip) $(call upyos_shared,define,make))
UPYOS_WRAPPED += $(call upyos_shared,wrap,chip) $(call upyos_shared,wrap,make)
LDFLAGS_USERMOD += $(addprefix --wrap=,$(UPYOS_WRAPPED))
endif
# What MicroPython froze is frozen once more, without what stands twice.
UPYOS_FROZEN_NAMES := $(UPYOS_MOD_DIR)/../../../scripts/upyfw/build/frozen_names.py
UPYOS_MAKE_MANIFEST := $(MAKE_MANIFEST)
MAKE_MANIFEST = freeze() { $(UPYOS_MAKE_MANIFEST) "$$@" && $(PYTHON) $(UPYOS_FROZEN_NAMES) "$$@"; }; freeze
