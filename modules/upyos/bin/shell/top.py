# SPDX-License-Identifier: MIT
"""top [-b] [-d S] [-n N]

Show time, memory and all processes, again and again, until q, Ctrl-C or kill.

-b    one below the other, for a file or a pipe
-d S  every S seconds, 2 by default, fractions allowed
-n N  so many times; else once, where the output is a file or a pipe

What a process takes of the processor is not known.

Source: top of other systems.
"""

import time

import _upyos
from upyos import executor
from upyos.lib import command, streams

proc = None


def _leaves(wait_ms):
    """Wait so long; tell whether q was typed meanwhile."""
    end_ms = time.ticks_add(time.ticks_ms(), wait_ms)
    while proc.sts != "S" and (left_ms := time.ticks_diff(end_ms, time.ticks_ms())) > 0:
        if _upyos.key(min(left_ms, 50)) in b"qQ\x03":
            return True
    return proc.sts == "S"


def __main__(args):
    found, rest = command.options(args, "b", "dn")
    command.operands(rest, 0, 0)
    wait_ms = command.milliseconds(found.get("d", "2"))
    times = None if streams.to_console() else 1
    if "n" in found:
        times = command.natural(found["n"])
    while times is None or times:
        if "b" not in found:
            print("\x1b[2J\x1b[H", end="")
        command.in_turn(executor.run_line, "uptime ; free -h ; ps")
        times = times and times - 1
        if times == 0 or proc.isthr or _leaves(wait_ms):
            break
    return 0
