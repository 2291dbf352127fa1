# SPDX-License-Identifier: MIT
# MicroPython's own modules of the port, but for those that mount and format (_boot, flashbdev,
# inisetup) and for machine.py, which loads 3 KB of classes (Counter, Encoder) at every import.
include("chip.py")
freeze("$(PORT_DIR)/modules", ("apa106.py", "espnow.py"))
