# SPDX-License-Identifier: MIT
"""kill PID... | -l

Ask processes to stop. A program acts on it in its own loop.

-l  list the names of signals that other systems have; here all of them ask to stop
"""

from upyos.lib import command, signal


def __main__(args):
    found, rest = command.options(args, "l")
    if "l" in found and not rest:
        print("HUP INT KILL TERM")
        return 0
    return signal.mark(rest, "S")
