# SPDX-License-Identifier: MIT
"""Processes: what one is, and the table of them."""

import time

from upyos import state


class UsageError(Exception):
    """Wrong use of a command; its text, if any, says what is wrong. None: --help was asked for."""


class Proc:
    """One process (behaviour contract 8.4)."""

    tid = 0
    ext = ""
    sts = "R"
    isthr = False
    rmmod = True
    # Binary stream that standard input is redirected to, or None for the console.
    source = None
    # The process that was in the foreground before.
    outer = None
    # Text stream over it, made at first use by text_input().
    text = None

    def __init__(self):
        state.pid += 1
        self.pid = state.pid
        self.stt = time.time()

    def __getattr__(self, name):
        if name != "stdin":
            raise AttributeError(name)
        from upyos.terminal import stdin

        return stdin.text_input(self)

    # run(isthr, ext, cmd, args) is the executor's, which knows what commands are.


def enter(path, args):
    """Return a process for the script at path, in the table as the one in the foreground.

    A background job that is a script is that process already.
    """
    job = state.foreground
    if job is not None and job.isthr and job.ext == "sh" and job.outer is None:
        job.outer = job
        return job
    proc = Proc()
    proc.cmd = path[:-3] if path.endswith(".sh") else path
    proc.ext = "sh"
    proc.args = args
    attach(proc)
    return proc


def attach(proc, in_front=True):
    """Put a process into the table, as the one in the foreground; return its number there."""
    pid = proc.pid
    if type(pid) is not int or pid in state.procs:
        # A program made it, and changed it.
        state.pid += 1
        proc.pid = pid = state.pid
    if in_front and state.turn:
        # before it can be found, for it tells whose process it is
        proc.tid = state.turn.ident()
    front = state.foreground
    if in_front:
        proc.outer = front
        front = proc
    # Behind the last branch: Ctrl-C, which is raised there, would leave it in the table.
    state.procs[pid] = proc
    state.foreground = front
    return pid


def leave(proc):
    """Take a process from the table; the one before it is in the foreground again."""
    if proc.outer is proc:
        proc.outer = None
        return
    state.foreground = proc.outer
    # Whatever it says of itself now.
    for pid in list(state.procs):
        if state.procs[pid] is proc:
            del state.procs[pid]
    if not state.procs:
        # Scripts that ran each other have made it large, wherever there was room then.
        state.procs.clear()


def status_of(result):
    """Return the exit status that a program's result stands for."""
    if result is False:
        return 1
    return result if type(result) is int else 0


def current():
    """Return the calling program's Proc, or None at the prompt."""
    return state.turn.current() if state.turn else state.foreground


def find(pid):
    """Return the Proc of that pid, or None."""
    return state.procs.get(pid)
