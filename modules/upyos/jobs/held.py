# SPDX-License-Identifier: MIT
"""A program in the foreground that Ctrl-Z holds, and the prompt above it; called from held.c.

While it is held its processes have a thread number of their own, below -1.
"""

import os
import sys

import _upyos
import sdata
from micropython import const
from upyos import lineedit, process, shell, state
from upyos.jobs import turns
from upyos.lib import signal
from upyos.programs import mend

_LINE = const(">")


def prompt():
    """Run the prompt until the program goes on; return False if it is to end instead."""
    if sdata.upyos.stop or state.parted or not lineedit.text:
        # Not what a line of the prompt runs.
        return True
    procs = _front()
    job = procs[-1]
    cwd = os.getcwd()
    home = state.cwd
    goes_on = True
    turn = state.turn
    if turn:
        # The line below goes on with this one, whatever jobs there are then.
        turn.jobs += 1
    out = _upyos.redirect(None)
    outer = turns.begin(turns.fresh(None))
    try:
        _mark(procs, -1 - job.pid, "H")
        mend.return_to(home)
        print("\n[%d]+ Stopped  %s" % (job.pid, signal.line(job)))
        if "asyncio" in sys.modules:
            from upyos.jobs import loop

            goes_on = loop.apart(shell.loop, procs) == "R"
        else:
            goes_on = shell.loop(procs) == "R"
    finally:
        # Ctrl-C would leave the turn taken, which the program below takes next, and the H.
        _upyos.hold(True)
        try:
            _mark(procs, 0, "R" if goes_on else "S")
            mend.return_to(cwd)
        finally:
            state.cwd = home
            turns.end(outer)
            if turn:
                turn.jobs -= 1
            _upyos.redirect(out)
            _upyos.tty(False)
            _upyos.hold(False)
    return goes_on


def _front():
    """Return the processes in the foreground, that of the line at the end."""
    procs = []
    proc = process.current()
    while proc:
        procs.append(proc)
        proc = proc.outer
    if not procs:
        # A Python line.
        proc = process.Proc()
        proc.cmd = lineedit.decoded()
        proc.args = ()
        proc.ext = _LINE
        process.attach(proc, False)
        procs.append(proc)
    return procs


def _mark(procs, tid, status):
    """Hold processes under a thread number, or with 0 let go of them."""
    for proc in procs:
        proc.tid = tid
        proc.sts = status
    proc.isthr = tid != 0
    if not tid and proc.ext == _LINE:
        state.procs.pop(proc.pid, None)
