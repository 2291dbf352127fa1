# SPDX-License-Identifier: MIT
"""free [-h]

Print the memory in bytes, after a collection: total, allocated, free, free in percent, and the C
stack in use. To a variable: a dict with the keys Total, Alloc, Free, %, Stack.

-h  sizes readable: 2.00K

Source: upyOS.
"""

import gc

import _upyos
import micropython
from micropython import const
from upyos.lib.command import operands, options, result

_TEXT = const("Total: %s\nAlloc: %s\nFree: %s\n%% free: %.1f\nStack: %s")


def __main__(args):
    found, names = options(args, "h")
    operands(names, 0, 0)
    gc.collect()
    total, used, free = _upyos.heap()[:3]
    stack = micropython.stack_use()
    share = free * 1000 // total / 10
    sizes = [total, used, free, stack]
    if "h" in found:
        from upyos.lib.sizes import human

        sizes = [human(size).strip() for size in sizes]
    text = _TEXT % tuple(sizes[:3] + [share, sizes[3]])
    result({"Total": total, "Alloc": used, "Free": free, "%": share, "Stack": stack}, text)
