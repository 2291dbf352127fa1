# SPDX-License-Identifier: MIT
"""ps

List all processes: number, status (R running, S asked to stop, H held), start time, elapsed time,
thread, command.
"""

import time

from upyos import state
from upyos.lib import command, dates

_ROW = "%4s %-3s %8s %14s %10s %s"


def _row(pid, now):
    proc = state.procs[pid]
    # A program may have changed it.
    start = getattr(proc, "stt", now)
    start = start if type(start) is int else now
    elapsed = dates.elapsed(max(0, now - start))
    status = proc.sts if type(proc.sts) is str else "?"
    tid = proc.tid if type(proc.tid) is int else "?"
    return _ROW % (pid, status, dates.clock(start), elapsed, tid, command.line(proc))


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 0, 0)
    print(_ROW % ("Proc", "Sts", "Init_T", "Elapsed", "Thread_Id", "Cmd/Args"))
    now = time.time()
    for pid in sorted(state.procs):
        if pid in state.procs:
            print(_row(pid, now))
