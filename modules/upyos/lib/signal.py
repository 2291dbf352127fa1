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


def give(proc, status):
    """Give a process a status; a job in a thread, all that it runs too."""
    proc.sts = status
    if proc.isthr and proc.tid:
        for other in list(state.procs.values()):
            if other.tid == proc.tid:
                other.sts = status


def jobs():
    """Return the numbers of the background jobs; services have names, and are none."""
    found = list(state.procs.items())
    return sorted([n for n, p in found if p.isthr is True and not hasattr(p, "service")])


def job(word):
    """Return the background job that %N, %%, %- or %TEXT means, or None.

    N is the number that was shown when it began, or else its place in what `jobs` lists.
    """
    pids = jobs()
    text = word[1:]
    if word[:1] != "%" or not pids:
        return None
    if text.isdigit():
        at = int(text)
        pid = at if at in pids else pids[at - 1] if 0 < at <= len(pids) else None
    elif text in ("", "%", "+"):
        pid = pids[-1]
    elif text == "-":
        pid = pids[-2] if len(pids) > 1 else pids[-1]
    else:
        found = [pid for pid in pids if line(state.procs[pid]).startswith(text)]
        pid = found[-1] if found else None
    return state.procs.get(pid)


def chosen(words):
    """Return the background job that a command is for; None after an error line."""
    command.operands(words, 0, 1)
    word = words[0] if words else "%"
    found = job("%" + word if word[:1] != "%" else word)
    if found is None:
        command.fail(word, "no such job")
    return found


def mark(words, status):
    """Give the processes of these numbers a status (S, H or R); return the exit status."""
    command.operands(words, 1)
    failed = 0
    for word in words:
        proc = process.find(int(word)) if word.isdigit() else job(word)
        if proc is None:
            failed = command.fail(word, "no such process")
        else:
            give(proc, status)
    return failed
