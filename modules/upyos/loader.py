# SPDX-License-Identifier: MIT
"""The loader: runs a program behind a barrier, and drops what the last line needed."""

import sys

import _upyos
import sdata
from micropython import const

from upyos import console, process, state
from upyos.lib.codes import _NOT_PROGRAM

# What is dropped after each command besides the folders of upyos: the api for programs, libraries.
_PASSING = const(
    (
        "utls",
        "editor",
        "pager",
        "sedscript",
        "differences",
        "packing",
        "tarfiles",
        "ssd1306",
        "sdcard",
        "webclient",
        "uping",
        "uiperf3",
        "mqtt",
        "_slot",
    )
)

# What goes with the last job, as its folder.
_OF_JOBS = const(("upyos_port", "asyncio"))


def run(path, cmd, args, stdin=None):
    """Run the program at path in the foreground; return its status."""
    proc = process.Proc()
    proc.cmd = cmd[:-3] if cmd.endswith(".py") else cmd
    proc.args = args
    if stdin is not None:
        proc.source = stdin
    return execute(proc, path)


def execute(proc, path):
    """Run the program at path as the process proc, in the foreground; return its status."""
    outer = state.foreground
    pid = process.attach(proc)
    try:
        try:
            if state.turn and path[0] == "/":
                # Others go on, for a module may run for long.
                module = state.turn.without(_upyos.load, path, proc.cmd)
            else:
                module = _upyos.load(path, proc.cmd)
            main = getattr(module, "__main__", None)
            if main is None:
                console.error(proc.cmd + ": no __main__")
                return _NOT_PROGRAM
            module.proc = proc
            result = state.turn.without(main, proc.args) if state.turn else main(proc.args)
            if hasattr(result, "send"):
                from upyos.programs import coroutine

                result = coroutine.run(result)
            if not proc.rmmod:
                keep(path, module)
            return process.status_of(result)
        finally:
            mend(path)
    # barrier: whatever a program raises ends that program only
    except BaseException as exc:
        from upyos.programs import failure

        return failure.status(proc, exc)
    finally:
        state.foreground = outer
        state.procs.pop(pid, None)


def mend(path):
    """Put right what the program at path may have damaged; one of the firmware does no harm."""
    if _upyos.mend() or path[:6] != "upyos/":
        from upyos.programs import mend

        mend.check()


def keep(path, module):
    """Leave the module of the program at path loaded, under the name of its file."""
    sys.modules[path.rsplit("/", 1)[-1].rsplit(".", 1)[0]] = module


def forget():
    """Drop the modules of upyOS that only the last command line needed.

    Called at the prompt only: the commands of a script share what they import.
    """
    modules = sys.modules
    if not sdata.cache_enabled:
        state.kept = None
    if state.turn or state.loop and state.loop.rest():
        _upyos.unload(_PASSING, "jobs")
    else:
        had_asyncio = "asyncio" in modules
        _upyos.unload(_PASSING + _OF_JOBS, "jobs.listener" if state.loop else "")
        if had_asyncio:
            # Else its task type would keep the globals of asyncio (extmod/modasyncio.c).
            __import__("_asyncio").Task(None, None)
    state.modules = len(modules)
