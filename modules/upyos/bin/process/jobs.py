# SPDX-License-Identifier: MIT
"""jobs

List the background jobs, without services (ps): number, status, command.
"""

from upyos import state
from upyos.lib import command, signal


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 0, 0)
    for pid in signal.jobs():
        proc = state.procs.get(pid)
        if proc:
            status = proc.sts if type(proc.sts) is str else "?"
            print("[%d] %s %s" % (pid, status, signal.line(proc)))
