# SPDX-License-Identifier: MIT
"""First Python code after a reset, soft ones too: find modules and mount the file system.

The port runs this with Ctrl-C off, so nobody gets out of it before the mount.
"""

import sys

# Firmware first, current directory last: no file on the flash can hide a system module.
sys.path[:] = (".frozen", "/lib", "/libx", "/local/lib", "")

import upyos_port  # noqa: E402
from upyos.start import mount  # noqa: E402

mount.mount(upyos_port.flash())
del sys.modules["upyos.start"], sys.modules["upyos.start.mount"], sys.modules["upyos"].start
del sys, upyos_port, mount
