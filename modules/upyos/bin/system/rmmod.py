# SPDX-License-Identifier: MIT
"""rmmod NAME

Unload a module, and what belongs to it (NAME.*): the next import loads it anew. Its memory is
free when nobody has it under a name any more.

Modules of the system and those written in C stay.

Source: upyOS.
"""

import gc
import sys

from micropython import const
from upyos.lib.command import fail, operands, options

# asyncio drives the background jobs
_SYSTEM = const(("upyos", "upyos_port", "kernel", "proc", "sdata", "utls", "main", "asyncio"))


def __main__(args):
    _, words = options(args, "")
    operands(words, 1, 1)
    name = words[0]
    module = sys.modules.get(name)
    if module is None:
        return fail(name, "not loaded")
    if name.split(".")[0] in _SYSTEM or not hasattr(module, "__file__"):
        return fail(name, "system module")
    for other in list(sys.modules):
        if (other + ".").startswith(name + "."):
            del sys.modules[other]
    gc.collect()
    return 0
