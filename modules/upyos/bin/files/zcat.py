# SPDX-License-Identifier: MIT
"""zcat [FILE...]

Unpack each FILE, or standard input, to standard output.

Source: RFC 1952, and zcat of other systems.
"""

import packing
from upyos.lib.command import options


def __main__(args):
    return packing.all(options(args, "")[1], True, True, True)
