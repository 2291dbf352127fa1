# SPDX-License-Identifier: MIT
"""si

Print what is known of the interpreter: version, build, number formats, limits, search path.

Source: upyOS; what the entries mean: MicroPython documentation, sys and micropython.
"""

import gc
import sys

import micropython
from upyos.lib.command import operands, options, write


def _mpy(code):
    """Return the version of .mpy files that can be loaded, and of native code in them."""
    # bits 0-7 version, 8-9 sub-version, from 10 the architecture (MicroPython documentation,
    # "MicroPython .mpy files")
    return "%d.%d, architecture %d" % (code & 0xFF, code >> 8 & 3, code >> 10)


def __main__(args):
    operands(options(args, "")[1], 0, 0)
    this = sys.implementation
    # float(2**24 + 1) needs more than the 24 bits of single precision
    double = float(16777217) != float(16777216)
    rows = (
        ("Implementation", "%s %d.%d.%d" % ((this.name,) + this.version[:3])),
        ("Build", getattr(this, "_build", "unknown")),
        ("Version", sys.version),
        ("Platform", sys.platform),
        ("Machine", getattr(this, "_machine", "unknown")),
        ("Mpy", _mpy(getattr(this, "_mpy", 0))),
        ("Byte order", sys.byteorder),
        ("Largest size", sys.maxsize),
        ("Float", "double" if double else "single"),
        ("Threads", getattr(this, "_thread", "none")),
        ("Optimisation", micropython.opt_level()),
        ("Collection at", gc.threshold() if hasattr(gc, "threshold") else -1),
        ("Modules", len(sys.modules)),
        ("Path", " ".join([path or "''" for path in sys.path])),
    )
    write("".join(["%s: %s\n" % row for row in rows]))
