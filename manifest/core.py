# SPDX-License-Identifier: MIT
# The whole operating system. Level 3 leaves out line numbers, as MicroPython does for its asyncio:
# 6 KB of flash; tracebacks of built-in code name functions.
include("port/$(PORT).py")
freeze("../ports/$(PORT)", opt=3)
freeze("../modules/api", opt=3)
package("upyos", base_path="../modules", opt=3)
freeze("$(GENERATED)", opt=3)
include("$(MPY_DIR)/extmod/asyncio")
