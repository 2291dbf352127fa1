# SPDX-License-Identifier: MIT
"""ps

List all processes: number, status (R running, S asked to stop, H held), start time, elapsed time,
thread, command.
"""

import time

import sdata
from upyos.lib import command, dates

_ROW = "%4s %-3s %8s %14s %10s %s"


def _row(proc, now):
    words = [proc.cmd] + [str(arg) for arg in proc.args]
    elapsed = dates.elapsed(max(0, now - proc.stt))
    start = dates.clock(proc.stt)
    return _ROW % (proc.pid, proc.sts, start, elapsed, proc.tid, " ".join(words))


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 0, 0)
    print(_ROW % ("Proc", "Sts", "Init_T", "Elapsed", "Thread_Id", "Cmd/Args"))
    now = time.time()
    for proc in list(sdata.procs):
        print(_row(proc, now))
