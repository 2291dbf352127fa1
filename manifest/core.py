# SPDX-License-Identifier: MIT
# What every board can use: no network, no hardware.
include("tiny.py")
for group in ("files", "process", "shell", "system", "text"):
    package(f"upyos/bin/{group}", base_path="../modules", opt=3)
