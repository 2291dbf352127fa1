# SPDX-License-Identifier: MIT
"""What a program that ends by an exception says."""

import gc
import sys

import sdata
from micropython import const
from upyos import console, process, state

_FAILED = const(1)
_USAGE = const(2)
_INTERRUPTED = const(130)


def status(proc, exc):
    """Report the exception that ended the process (None: the shell); return its status."""
    cmd = proc.cmd + ": " if proc else ""
    if isinstance(exc, SystemExit):
        return _exit_status(exc.args[0] if exc.args else None)
    if isinstance(exc, KeyboardInterrupt):
        console.error(cmd + "ended")
        return _INTERRUPTED
    if isinstance(exc, process.UsageError):
        console.error(_usage(proc.cmd if proc else "", text(exc)))
        return _USAGE
    where = _place()
    if isinstance(exc, MemoryError):
        gc.collect()
        console.error(where + cmd + "out of memory")
        return _FAILED
    console.error("%s%s%s: %s" % (where, cmd, type(exc).__name__, text(exc)))
    if sdata.debug:
        _traceback(exc)
    return _FAILED


def text(exc):
    """Return the text of an exception; behind the number of an OSError what that stands for."""
    try:
        found = str(exc)
    # barrier: the program's own class may have a __str__ that raises
    except BaseException:
        return "no text"
    if isinstance(exc, OSError) and found.isdigit():
        from upyos.lib.command import reason

        found += ", " + reason(exc)
    return found


def _exit_status(value):
    """Return the status of SystemExit(value); a text is printed."""
    if value is None or isinstance(value, int):
        return process.status_of(value)
    console.error(str(value))
    return _FAILED


def _place():
    """Return `FILE:LINE: ` inside a script, else an empty text."""
    frame = state.frame
    return "%s:%d: " % (frame.path, frame.line_no) if frame is not None and frame.path else ""


def _usage(cmd, reason):
    """Return the usage line of a command, with the reason in front if there is one."""
    from upyos.programs import manual

    usage = manual.usage(cmd)
    return "%s: %s; %s" % (cmd, reason, usage) if reason else usage


def _traceback(exc):
    import _upyos

    before = _upyos.redirect(None)
    sys.print_exception(exc)
    _upyos.redirect(before)
