# SPDX-License-Identifier: MIT
"""Ask processes to stop, to pause, to go on."""

from upyos import process, state
from upyos.lib import command


def line(proc):
    """Return the command of a process with its arguments, as far as its program left them."""
    words = [getattr(proc, "cmd", "?")]
    args = getattr(proc, "args", None)
    if type(args) is list:
        words += args
    # The text of anything else is code of the program.
    plain = (str, int, float, bool, list, tuple, dict)
    return " ".join([str(word) if type(word) in plain else "?" for word in words])


def fields(proc, now):
    """Return status, start time and thread of a process, as far as its program left them."""
    start = getattr(proc, "stt", now)
    status = proc.sts if type(proc.sts) is str else "?"
    tid = proc.tid if type(proc.tid) is int else "?"
    return status, start if type(start) in (int, float) else now, tid


def _mark(proc, status):
    """Give a process a status; a job in a thread, all that it runs too."""
    proc.sts = status
    if proc.isthr and proc.tid:
        for other in list(state.procs.values()):
            if other.tid == proc.tid:
                other.sts = status


def mark(words, status):
    """Give the processes of these numbers a status (S, H or R); return the exit status."""
    command.operands(words, 1)
    failed = 0
    for word in words:
        proc = process.find(int(word)) if word.isdigit() else None
        if proc is None:
            failed = command.fail(word, "no such process")
        else:
            _mark(proc, status)
    return failed
