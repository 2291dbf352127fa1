# SPDX-License-Identifier: MIT
"""wait [PID...]

Wait until these background jobs, without PID all of them but services, have ended.
"""

from upyos import process, state
from upyos.lib import command, waiting


def _ended(pids):
    """Return True once no job of these pids, none at all if there are none, is in the table."""
    for pid, other in list(state.procs.items()):
        wanted = pid in pids if pids else not hasattr(other, "service")
        if wanted and other.isthr is True:
            return False
    return True


def __main__(args):
    _, rest = command.options(args, "")
    pids = [command.number(word) for word in rest]
    status = 0
    for pid in pids:
        if process.find(pid) is None and pid > state.pid:
            status = command.fail(str(pid), "no such process")
    waiting.until(lambda: _ended(pids))
    return status
