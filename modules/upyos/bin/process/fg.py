# SPDX-License-Identifier: MIT
"""fg [JOB]

Go on with a background job, by default the newest, and wait until it has ended. JOB is %N, the
Nth of `jobs`, its number, or % and the beginning of its command. Ctrl-C asks it to stop.
"""

from upyos import state
from upyos.lib import command, signal, waiting
from upyos.lib.codes import _INTERRUPTED


def __main__(args):
    found = signal.chosen(command.options(args, "")[1])
    if found is None:
        return 1
    print(signal.line(found))
    signal.give(found, "R")
    pid = found.pid
    try:
        waiting.until(lambda: state.procs.get(pid) is not found)
    except KeyboardInterrupt:
        signal.give(found, "S")
        return _INTERRUPTED
    return 0
