# SPDX-License-Identifier: MIT
"""bg [JOB]

Go on with a background job that is held, by default the newest. JOB is as for fg.
"""

from upyos.lib import command, signal


def __main__(args):
    found = signal.chosen(command.options(args, "")[1])
    if found is None:
        return 1
    if found.tid < -1:
        return command.fail(found.cmd, "not in the background: use fg")
    signal.give(found, "R")
    print("[%d] %s" % (found.pid, signal.line(found)))
    return 0
