# SPDX-License-Identifier: MIT
"""kill [-9] PID... | -l

Ask processes to stop. A program acts on it in its own loop. PID may be %N, a background job.

-9  the same, as are -15 -2 -1 and their names, -s NAME too; -STOP is hold, -CONT resume
-l  list the names of signals
"""

from micropython import const
from upyos.lib import command, signal

_SIGNALS = const(" 9 15 2 1 KILL TERM INT HUP 19 20 STOP TSTP 18 CONT ")
# Where those begin that hold, and those that resume.
_HOLDS = const(27)
_RESUMES = const(43)


def __main__(args):
    status = "S"
    if len(args) > 1 and args[0] == "-s":
        args = ["-" + args[1]] + args[2:]
    if args and args[0][:1] == "-":
        at = _SIGNALS.find(" %s " % args[0][1:].replace("SIG", ""))
        if at >= 0:
            args = args[1:]
            status = "SHR"[(at >= _HOLDS) + (at >= _RESUMES)]
    found, rest = command.options(args, "9l")
    if "l" in found and not rest:
        print("HUP INT KILL TERM STOP CONT")
        return 0
    return signal.mark(rest, status)
