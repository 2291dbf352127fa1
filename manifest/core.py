# SPDX-License-Identifier: MIT
# What every board can use: no network, no hardware.
from glob import glob

# Used now and then, and large: 20 KB that a second firmware slot has no room for. They are files
# of the image in every profile, as their libraries are (full.py).
AS_FILES = "chmod dd diff gunzip gzip less more sed tar top umount uname zcat"

include("tiny.py")
for group in ("files", "process", "shell", "system", "text"):
    files = glob(f"upyos/bin/{group}/*.py", root_dir="../modules")
    left_out = [f"upyos/bin/{group}/{name}.py" for name in AS_FILES.split()]
    freeze("../modules", [file for file in files if file not in left_out], opt=3)
