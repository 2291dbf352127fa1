# SPDX-License-Identifier: MIT
"""mi [LEVEL]

Print how the memory is used, as MicroPython counts it; with a LEVEL above 0 also the map of the
heap, a character for each block.

Source: MicroPython documentation, micropython.mem_info.
"""

import micropython
from upyos.lib.command import natural, operands, options


def __main__(args):
    _, words = options(args, "")
    operands(words, 0, 1)
    level = natural(words[0]) if words else 0
    if level:
        micropython.mem_info(level)
    else:
        micropython.mem_info()
