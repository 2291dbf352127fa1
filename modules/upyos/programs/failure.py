# SPDX-License-Identifier: MIT
"""What a program that ends by an exception says."""

import gc
import sys

import sdata
from upyos import console, process, state
from upyos.lib.codes import _FAILED, _INTERRUPTED, _USAGE


def status(proc, exc):
    """Report the exception that ended the process (None: the shell); return its status."""
    cmd = proc.cmd + ": " if proc else ""
    if isinstance(exc, SystemExit):
        return _exit_status(exc.args[0] if exc.args else None)
    if isinstance(exc, KeyboardInterrupt):
        console.error(cmd + "ended")
        return _INTERRUPTED
    if isinstance(exc, process.UsageError):
        return _usage(proc.cmd if proc else "", exc)
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
        from upyos.lib.reasons import reason

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
    import _upyos

    before = _upyos.redirect(None)
    sys.print_exception(exc)
    _upyos.redirect(before)
