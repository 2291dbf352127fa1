# SPDX-License-Identifier: MIT
"""ps

List all processes: number, status (R running, S asked to stop, H held), start time, elapsed time,
thread, command.
"""

import time

import sdata
import utls
from upyos.lib import command

_ROW = "%4s %-3s %8s %14s %10s %s"


def _row(proc, now):
    words = [proc.cmd] + [str(arg) for arg in proc.args]
    elapsed = utls.time2s(max(0, now - proc.stt), "e")
    start = "%02d:%02d:%02d" % time.localtime(proc.stt)[3:6]
    return _ROW % (proc.pid, proc.sts, start, elapsed, proc.tid, " ".join(words))


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 0, 0)
    print(_ROW % ("Proc", "Sts", "Init_T", "Elapsed", "Thread_Id", "Cmd/Args"))
    now = time.time()
    for proc in list(sdata.procs):
        print(_row(proc, now))
