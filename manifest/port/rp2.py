# SPDX-License-Identifier: MIT
# MicroPython's own modules of the port, but for its _boot.py, which formats what it cannot mount.
include("chip.py")
freeze("$(PORT_DIR)/modules", "rp2.py")
