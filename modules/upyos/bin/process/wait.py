# SPDX-License-Identifier: MIT
"""wait [PID...]

Wait until these background jobs, without PID all of them, have ended.
"""

import time

import sdata
from micropython import const
from upyos import process, state
from upyos.lib import command

proc = None

_STEP_MS = const(20)


def _running(pids):
    """Return True while a job of these pids, of any if there are none, is in the table."""
    for other in sdata.procs:
        if other.isthr and (other.pid in pids or not pids):
            return True
    return False


def __main__(args):
    _, rest = command.options(args, "")
    pids = [command.number(word) for word in rest]
    status = 0
    for pid in pids:
        if process.find(pid) is None and pid > state.pid:
            status = command.fail(str(pid), "no such process")
    while _running(pids) and proc.sts != "S":
        if state.loop:
            state.loop()
        time.sleep_ms(_STEP_MS)
    return status
