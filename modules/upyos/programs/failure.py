# SPDX-License-Identifier: MIT
"""What a program that ends by an exception says: one line, whatever the exception holds."""

import gc
import sys

import _upyos
import sdata
from upyos import console, process, state
from upyos.lib.codes import _FAILED, _INTERRUPTED, _USAGE


def status(proc, exc):
    """Report the exception that ended the process (None: the shell); return its status."""
    name = proc.cmd if proc and type(proc.cmd) is str else "?"
    cmd = name + ": " if proc else ""
    if isinstance(exc, SystemExit):
        return _exit_status(exc.args[0] if exc.args else None)
    if isinstance(exc, KeyboardInterrupt):
        console.error(cmd + "ended")
        return _INTERRUPTED
    if isinstance(exc, process.UsageError):
        return _usage(name if proc else "", exc)
    if is_of_output(exc) and not (proc and proc.isthr):
        state.broken = exc
        return _FAILED
    _say(_place() + cmd, exc, _is_ours(proc))
    return _FAILED


def is_of_output(exc):
    """Tell whether the target of standard output raised it (modules/c/upyos/console.c).

    Who opened the target says so, once: the shell.
    """
    return isinstance(exc, OSError) and exc.args[1:] == ("output",)


def line(exc):
    """Return `Type: text`, for a lack of memory what it is."""
    if isinstance(exc, MemoryError):
        gc.collect()
        return "out of memory"
    return "%s: %s" % (type(exc).__name__, text(exc))


def text(exc):
    """Return the text of an exception on one line; the reason if it has a number or no text."""
    try:
        found = _outside(str, exc)
    # barrier: the program's own class may have a __str__ that raises
    except BaseException:
        return "no text"
    if isinstance(exc, (OSError, UnicodeError)):
        from upyos.lib.reasons import reason

        return reason(exc)
    return found.replace("\r", "").replace("\n", " ")


def of_thread(exc):
    """Report what ended a thread that a program started; called from C."""
    _say("thread: ", exc, False)


def of_callback(exc):
    """Report what ended a callback of a timer, a pin or micropython.schedule; called from C."""
    if isinstance(exc, KeyboardInterrupt):
        console.error("callback: ended")
    else:
        _say("callback: ", exc, False)


def watch_tasks():
    """Have asyncio report here what ends a task that nobody waits for; called from C."""
    from asyncio import core

    core.Loop.default_exception_handler = _of_task
    if state.loop:
        state.loop.woken()


def _of_task(loop, context):
    """As asyncio's default_exception_handler, on one line."""
    job = getattr(context["future"].coro, "job", None)
    proc = job.proc if job else process.current()
    _say("%s: " % (proc.cmd,) if proc else "", context["exception"], False)


def _say(where, exc, ours):
    """Say what an exception is; only the reason where a command of ours did not expect it."""
    console.error(where + (text(exc) if ours and isinstance(exc, OSError) else line(exc)))
    if sdata.debug:
        _traceback(exc)


def _is_ours(proc):
    """Tell whether the program of a process has the name of a command in the firmware."""
    return proc and type(proc.cmd) is str and _upyos.command(proc.cmd) is not None


def _outside(call, value):
    """Return call(value), code of a program: who has the turn lets go of it meanwhile."""
    return state.turn.without(call, value) if state.turn else call(value)


def _exit_status(value):
    """Return the status of SystemExit(value); a text is printed."""
    if value is None or isinstance(value, int):
        return process.status_of(value)
    console.error(text(value))
    return _FAILED


def _place():
    """Return `FILE:LINE: ` inside a script, else an empty text."""
    frame = state.frame
    return "%s:%d: " % (frame.path, frame.line_no) if frame is not None and frame.path else ""


def _usage(cmd, exc):
    """Print the usage line of a command, with what was wrong in front; return the status.

    Asked for with --help it is output like any other.
    """
    from upyos.programs import manual

    usage = manual.usage(cmd)
    if exc.args == (None,):
        print(usage)
        return 0
    reason = text(exc)
    console.error("%s: %s; %s" % (cmd, reason, usage) if reason else usage)
    return _USAGE


def _traceback(exc):
    before = _upyos.redirect(None)
    _outside(sys.print_exception, exc)
    _upyos.redirect(before)
