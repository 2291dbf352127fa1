# SPDX-License-Identifier: MIT
"""time CMD...

Run CMD, then print how long it took, where errors go. One quoted CMD may hold a whole line.
"""

import time

from upyos import console, executor
from upyos.lib import command

proc = None


def __main__(args):
    if args and args[0][:1] == "-":
        args = command.options(args[:1], "")[1] + args[1:]
    command.operands(args, 1)
    start = time.ticks_ms()
    if len(args) == 1 and (" " in args[0] or proc.source is None):
        status = command.in_turn(executor.run_line, args[0])
    else:
        status = command.in_turn(executor.call, args, proc.source)
    ms = time.ticks_diff(time.ticks_ms(), start)
    console.error("real %dm%d.%03ds" % (ms // 60000, ms // 1000 % 60, ms % 1000))
    return status
