# SPDX-License-Identifier: MIT
"""Ask processes to stop, to pause, to go on."""

from upyos import process
from upyos.lib import command


def mark(words, status):
    """Give the processes of these numbers a status (S, H or R); return the exit status."""
    command.operands(words, 1)
    failed = 0
    for word in words:
        proc = process.find(int(word)) if word.isdigit() else None
        if proc is None:
            failed = command.fail(word, "no such process")
        else:
            proc.sts = status
    return failed
