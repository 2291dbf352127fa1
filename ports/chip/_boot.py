# SPDX-License-Identifier: MIT
"""First Python code after a reset, soft ones too: find modules and mount the file system.

The port runs this with Ctrl-C off, so nobody gets out of it before the mount.
"""

import sys

sys.path[:] = (".frozen",)

import upyos_port  # noqa: E402
from upyos.programs import imports  # noqa: E402
from upyos.start import mount  # noqa: E402

imports.set_up()
mount.mount(upyos_port.flash())
for _name in ("programs", "programs.imports", "start", "start.mount"):
    del sys.modules["upyos." + _name]
del sys.modules["upyos"].programs, sys.modules["upyos"].start
del sys, upyos_port, imports, mount, _name
