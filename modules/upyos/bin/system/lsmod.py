# SPDX-License-Identifier: MIT
"""lsmod

Print the names of the modules that are loaded, sorted.

Source: upyOS.
"""

import sys


def __main__(args):
    # read before this command loads its own
    names = sorted(sys.modules)
    if args:
        from upyos.lib.command import operands, options

        operands(options(args, "")[1], 0, 0)
    print("\n".join(names))
