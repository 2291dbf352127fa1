# SPDX-License-Identifier: MIT
# MicroPython's own modules of the port, but for those that mount and format (_boot, inisetup).
include("chip.py")
freeze("$(PORT_DIR)/modules", ("apa102.py", "espnow.py", "flashbdev.py"))
