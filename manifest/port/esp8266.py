# SPDX-License-Identifier: MIT
# MicroPython's own modules of the port, but for those that mount and format (_boot, inisetup) and
# ESP-NOW, which the build leaves out.
include("chip.py")
freeze("$(PORT_DIR)/modules", ("apa102.py", "flashbdev.py"))
