# SPDX-License-Identifier: MIT
"""Processes: the table, the loader, the barrier around every program."""

import sys
import time

import _upyos
import sdata
from micropython import const

from upyos import console, state

# Modules and packages of ours that are dropped after each command, libraries too.
_PASSING = const(("upyos", "utls", "editor"))

# What of them stays.
_RESIDENT = const(
    (
        "upyos",
        "upyos.state",
        "upyos.console",
        "upyos.process",
        "upyos.lookup",
        "upyos.lexer",
        "upyos.executor",
        "upyos.shell",
        "upyos.lineedit",
    )
)


# What stays too while there are jobs; what is dropped with the last one.
_BACKGROUND = const(
    (
        "upyos.jobs",
        "upyos.loop",
        "upyos.tasks",
        "upyos.threads",
        "upyos.turns",
        "upyos.svc",
        "upyos.svc.listener",
    )
)
_OF_JOBS = const(("upyos_port", "asyncio"))


class UsageError(Exception):
    """Wrong use of a command; its text, if any, says what is wrong."""


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
        from upyos import streams

        return streams.text_input(self)

    def run(self, isthr, ext, cmd, args):
        """Run a command synchronously as this process; return its status."""
        from upyos import launch

        return launch.run(self, isthr, ext, cmd, args)


def run(path, cmd, args, stdin=None):
    """Run the program at path in the foreground; return its status."""
    proc = Proc()
    proc.cmd = cmd[:-3] if cmd.endswith(".py") else cmd
    proc.args = args
    if stdin is not None:
        proc.source = stdin
    return execute(proc, path)


def execute(proc, path):
    """Run the program at path as the process proc, in the foreground; return its status."""
    outer = state.foreground
    pid = attach(proc)
    try:
        try:
            if state.turn and path[0] == "/":
                from upyos import turns

                # Others go on, for a module may run for long.
                module = turns.without(_upyos.load, path, proc.cmd)
            else:
                module = _upyos.load(path, proc.cmd)
            main = getattr(module, "__main__", None)
            if main is None:
                console.error(proc.cmd + ": no __main__")
                return 126
            module.proc = proc
            if state.turn:
                from upyos import turns

                result = turns.without(main, proc.args)
            else:
                result = main(proc.args)
            if hasattr(result, "send"):
                from upyos import launch

                result = launch.run_async(result)
            if not proc.rmmod:
                keep(path, module)
            return status_of(result)
        finally:
            mend(path)
    # barrier: whatever a program raises ends that program only
    except BaseException as exc:
        from upyos import failure

        return failure.status(proc, exc)
    finally:
        state.foreground = outer
        state.procs.pop(pid, None)


def mend(path):
    """Put right what the program at path may have damaged; one of the firmware does no harm."""
    if _upyos.mend() or path[:6] != "upyos/":
        from upyos import mend

        mend.check()


def keep(path, module):
    """Leave the module of the program at path loaded, under the name of its file."""
    sys.modules[path.rsplit("/", 1)[-1].rsplit(".", 1)[0]] = module


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
    state.procs[pid] = proc
    if in_front:
        proc.outer = state.foreground
        state.foreground = proc
        if state.turn:
            from upyos import turns

            proc.tid = turns.ident()
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


def status_of(result):
    """Return the exit status that a program's result stands for."""
    if result is False:
        return 1
    return result if type(result) is int else 0


def forget():
    """Drop the modules of upyOS that only the last command line needed.

    Called at the prompt only: the commands of a script share what they import.
    """
    modules = sys.modules
    if not sdata.cache_enabled:
        state.kept = None
    if state.loop or state.turn:
        _upyos.unload(_PASSING, _RESIDENT + _BACKGROUND)
    else:
        had_asyncio = "asyncio" in modules
        _upyos.unload(_PASSING + _OF_JOBS, _RESIDENT)
        if had_asyncio:
            # Else its task type would keep the globals of asyncio (extmod/modasyncio.c).
            __import__("_asyncio").Task(None, None)
    state.modules = len(modules)


def current():
    """Return the calling program's Proc, or None at the prompt."""
    if state.turn is None:
        return state.foreground
    from upyos import turns

    return turns.current()


def find(pid):
    """Return the Proc of that pid, or None."""
    return state.procs.get(pid)
