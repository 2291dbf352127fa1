# SPDX-License-Identifier: MIT
"""uname [-asnrvmpio]

Print what this system is: its name, or the parts that are asked for, in this order.

-s  the name of the system
-n  the name in the network, or that of the board
-r  the version
-v  the version of MicroPython
-m, -p, -i  the board
-o  the same as -s
-a  all of them, each once

Source: POSIX.1-2024 uname.
"""

import sys

import sdata
from upyos.lib.command import operands, options


def _host():
    """Return the name in the network; without one the platform."""
    try:
        import network

        return network.hostname()
    except (ImportError, AttributeError):
        return sys.platform


def __main__(args):
    found, rest = options(args, "asnrvmpio")
    operands(rest, 0, 0)
    this = sys.implementation
    parts = (
        ("so", "upyOS"),
        ("n", _host()),
        ("r", sdata.version),
        ("v", "%s %d.%d.%d" % ((this.name,) + this.version[:3])),
        ("mpi", getattr(this, "_machine", sys.platform)),
    )
    wanted = [
        text
        for letters, text in parts
        if "a" in found or [letter for letter in letters if letter in found]
    ]
    print(" ".join(wanted or ["upyOS"]))
