# SPDX-License-Identifier: MIT
"""A program in the foreground that Ctrl-Z holds, and the prompt above it; called from held.c.

While it is held its processes have a thread number of their own, below -1.
"""

import os
import sys

import _upyos
import sdata
from upyos import process, shell, state
from upyos.jobs import turns
from upyos.lib import signal
from upyos.programs import mend

_LINE = ">"


def prompt():
    """Run the prompt until the program goes on; return False if it is to end instead."""
    if state.history is None or sdata.upyos.stop or state.parted:
        # Not what a line of the prompt runs.
        return True
    procs = _front()
    before = [proc.sts for proc in procs]
    cwd = os.getcwd(), state.cwd
    out = _upyos.redirect(None)
    outer = turns.begin(turns.fresh(None))
    try:
        _mark(procs, -1 - procs[-1].pid)
        mend.return_to(state.cwd)
        print("\n[%d]+ Stopped  %s" % (procs[-1].pid, signal.line(procs[-1])))
        if "asyncio" in sys.modules:
            from upyos.jobs import loop

            loop.apart(shell.loop, procs)
        else:
            shell.loop(procs)
    finally:
        killed = sdata.upyos.stop or "S" in [proc.sts for proc in procs]
        _mark(procs, 0)
        for proc in procs:
            proc.sts = "S" if killed else before.pop(0)
        mend.return_to(cwd[0])
        state.cwd = cwd[1]
        turns.end(outer)
        _upyos.redirect(out)
        _upyos.tty(False)
    return not killed


def _front():
    """Return the processes in the foreground, that of the line at the end."""
    procs = []
    proc = process.current()
    while proc:
        procs.append(proc)
        proc = proc.outer
    if not procs:
        # A Python line.
        from upyos.line import history

        proc = process.Proc()
        proc.cmd = history.text(next(history.backwards()))
        proc.args = []
        proc.ext = _LINE
        process.attach(proc, False)
        procs.append(proc)
    return procs


def _mark(procs, tid):
    """Hold them under a thread number, or with 0 let go of them."""
    for proc in procs:
        proc.tid = tid
        proc.sts = "H"
    proc.isthr = tid != 0
    if not tid and proc.ext == _LINE:
        state.procs.pop(proc.pid, None)
