# SPDX-License-Identifier: MIT
"""jobs

List the background jobs: number, status, command.
"""

import sdata
from upyos.lib import command


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 0, 0)
    for proc in list(sdata.procs):
        if proc.isthr:
            print("[%d] %s %s" % (proc.pid, proc.sts, " ".join([proc.cmd] + list(proc.args))))
