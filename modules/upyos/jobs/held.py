# SPDX-License-Identifier: MIT
"""A program in the foreground that Ctrl-Z holds (modules/c/upyos/held.c), and the prompt above it."""

import os

import _upyos
import sdata
from upyos import console, process, shell, state
from upyos.jobs import turns
from upyos.lib import signal


def prompt():
    """Run the prompt until the program goes on; return False if it is to end instead."""
    if state.history is None or sdata.upyos.stop or state.parted:
        # Not what a line of the prompt runs.
        return True
    procs = []
    proc = process.current()
    while proc:
        procs.append(proc)
        proc = proc.outer
    before = [proc.sts for proc in procs]
    out = _upyos.redirect(None)
    editing = console.editing
    cwd = os.getcwd(), state.cwd
    outer = turns.begin(turns.fresh(None))
    job = procs[-1]
    isthr = job.isthr
    job.isthr = True
    try:
        for proc in procs:
            proc.sts = "H"
            proc.held = True
        os.chdir(state.cwd)
        print("\n[%d]+ Stopped  %s" % (job.pid, signal.line(job)))
        shell.loop(procs)
    finally:
        _upyos.tty(False)
        killed = sdata.upyos.stop or "S" in [proc.sts for proc in procs]
        for proc in procs:
            proc.sts = "S" if killed else before.pop(0)
        job.isthr = isthr
        os.chdir(cwd[0])
        state.cwd = cwd[1]
        turns.end(outer)
        console.editing = editing
        _upyos.redirect(out)
    return not killed
