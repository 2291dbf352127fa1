# SPDX-License-Identifier: MIT
"""fg [JOB]

Go on with a job, or what Ctrl-Z holds, by default the newest, and wait until it has ended. JOB is
%N, or % and the beginning of its command. Ctrl-C asks it to stop, Ctrl-Z holds it.
"""

import _upyos
from micropython import const
from upyos import state
from upyos.lib import command, signal
from upyos.lib.codes import _INTERRUPTED

_CTRL_C = const(3)
_CTRL_Z = const(26)
_WAIT_MS = const(50)
# What sh gives: 128 and SIGTSTP.
_STOPPED = const(148)

proc = None


def _wait(job, pid):
    """Wait until a job has ended, return 0; or until Ctrl-C or Ctrl-Z, return the status."""
    typed = bytearray()
    try:
        while state.procs.get(pid) is job:
            key = state.key() if state.key else _upyos.key(_WAIT_MS)
            if key == _CTRL_Z:
                return _STOPPED
            if key == _CTRL_C:
                return _INTERRUPTED
            if key >= 0:
                # For the prompt.
                typed.append(key)
        return 0
    finally:
        _upyos.inject(typed)


def __main__(args):
    if proc.isthr:
        # It would take keys, and wait for itself.
        return command.fail("&", "no job control in the background")
    found = signal.chosen(command.options(args, "")[1])
    if found is None:
        return 1
    print(signal.line(found))
    if found.tid < -1 and found.tid > min([other.tid for other in state.procs.values()]):
        return command.fail(found.cmd, "the newest goes on first")
    signal.give(found, "R")
    if found.tid < -1:
        # It is below this prompt.
        return 0
    _upyos.tty(True)
    try:
        status = _wait(found, found.pid)
    finally:
        _upyos.tty(False)
    if status == _INTERRUPTED:
        signal.give(found, "S")
    if status == _STOPPED:
        signal.give(found, "H")
        print("[%d]+ Stopped  %s" % (found.pid, signal.line(found)))
    return status
