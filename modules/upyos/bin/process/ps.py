# SPDX-License-Identifier: MIT
"""ps [-Aaefux]

List all processes: number, status (R running, S asked to stop, H held), start time, elapsed time,
thread, command.

-A, -a, -e, -f, -u, -x  accepted, and aux without a dash: there is one form, and all are listed
"""

import time

from micropython import const
from upyos import state
from upyos.lib import command, dates

# Of status, start and thread.
_TYPES = [str, type(time.time()), int]
_ROW = const("%4s %-3s %8s %14s %10s %s")


def _row(pid, proc, now):
    try:
        status, start, tid = proc.sts, proc.stt, proc.tid
        words = " ".join([proc.cmd] + proc.args)
    except (TypeError, AttributeError):
        words = ""
    if not words or [type(status), type(start), type(tid)] != _TYPES:
        from upyos.lib import signal

        # Not all are texts, or the program has changed them.
        words = signal.line(proc)
        status, start, tid = signal.fields(proc, now)
    elapsed = dates.elapsed(max(0, now - start))
    return _ROW % (pid, status, dates.clock(start), elapsed, tid, words)


def __main__(args):
    rest = command.options(args, "Aaefux")[1]
    command.operands([word for word in rest if word not in ("aux", "ax")], 0, 0)
    print(_ROW % ("Proc", "Sts", "Init_T", "Elapsed", "Thread_Id", "Cmd/Args"))
    now = time.time()
    for pid in sorted(state.procs):
        proc = state.procs.get(pid)
        if proc:
            print(_row(pid, proc, now))
