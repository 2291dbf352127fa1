# SPDX-License-Identifier: MIT
"""kill [-9] PID... | -l

Ask processes to stop. A program acts on it in its own loop. PID may be %N, a background job.

-9  the same, as are -15 -2 -1 and their names; -STOP is hold, -CONT resume
-l  list the names of signals
"""

from upyos.lib import command, signal

_STOPS = " 9 15 2 1 KILL TERM INT HUP "
_HOLDS = " 19 20 STOP TSTP "
_RESUMES = " 18 CONT "


def __main__(args):
    status = "S"
    if args and args[0][:1] == "-" and len(args[0]) > 1:
        name = args[0][1:].replace("SIG", "")
        if " %s " % name in _STOPS + _HOLDS + _RESUMES:
            args = args[1:]
            wanted = " %s " % name
            status = "S" if wanted in _STOPS else "H" if wanted in _HOLDS else "R"
    found, rest = command.options(args, "9l")
    if "l" in found and not rest:
        print("HUP INT KILL TERM STOP CONT")
        return 0
    return signal.mark(rest, status)
