# SPDX-License-Identifier: MIT
"""upyOS: an operating system for microcontrollers, on MicroPython."""

import sys

# MicroPython looks for these on the flash at every import, before it takes the built-in one (py/builtinimport.c);
# that is 11 ms each time on an RP2040. What is in sys.modules is not looked for.
_path = sys.path[:]
# With no path to search they are found at once.
sys.path[:] = ()
for _name in ("os", "time", "io", "json", "machine", "select", "re", "errno"):
    try:
        sys.modules[_name] = __import__(_name)
    except ImportError:
        pass
sys.path[:] = _path
del sys, _name, _path
