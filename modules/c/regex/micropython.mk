# SPDX-License-Identifier: MIT
# As micropython.cmake, which says what for.
UPYOS_QUOTED := $(BUILD)/upyos/regex
UPYOS_COMPILECODE := $(UPYOS_QUOTED)/lib/re1.5/compilecode.c
UPYOS_RE_MENDED := $(shell mkdir -p $(dir $(UPYOS_COMPILECODE)) && sed \
    -e 's|^\#include "re1.5.h"|\#include "lib/re1.5/re1.5.h"|' \
    -e 's|^\( *\)\(re = _compilecode(re + 1, prog, sizecode);\)|\1re1_5_stack_chk();\n\1\2|' \
    $(TOP)/lib/re1.5/compilecode.c >$(UPYOS_COMPILECODE).new && \
    { cmp -s $(UPYOS_COMPILECODE).new $(UPYOS_COMPILECODE) || cp $(UPYOS_COMPILECODE).new $(UPYOS_COMPILECODE); } && \
    grep -c 're1_5_stack_chk();\|"lib/re1.5/re1.5.h"' $(UPYOS_COMPILECODE))
ifneq ($(UPYOS_RE_MENDED),2)
$(error the regular expressions of this MicroPython are not those that are mended here)
endif
CFLAGS_USERMOD += -iquote $(UPYOS_QUOTED)
