# SPDX-License-Identifier: MIT
"""Ask processes to stop, to pause, to go on."""

from upyos import process, state
from upyos.lib import command


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
