# SPDX-License-Identifier: MIT
"""Start upyOS as a host process; see README.md here for the command line."""

import sys

# Firmware first, current directory last: no file on the flash can hide a system module.
sys.path[:] = (".frozen", "/lib", "/libx", "/local/lib", "")

import upyos_port  # noqa: E402
from upyos.start import mount  # noqa: E402

mount.mount(upyos_port.flash())

import kernel  # noqa: E402

kernel.upyOS()
