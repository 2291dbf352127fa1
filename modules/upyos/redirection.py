# SPDX-License-Identifier: MIT
"""Redirection of commands to and from files and variables."""

import io

import _upyos
import sdata
from micropython import const

from upyos import executor, lexer, lookup, state

# As in lexer.
_APPEND = const(7)
_IN = const(8)


def run(command, stdin, condition, flat=False):
    """Run a command with redirections; it does not run when one of them cannot be opened."""
    words = []
    streams = [stdin, None, None]
    at = 0
    target = written = ""
    try:
        while at < len(command):
            if type(command[at]) is int:
                target = lexer.text(command[at + 1], executor.variable)
                open_target(command[at], target, streams)
                if command[at] != _IN:
                    written = target
                at += 1
            else:
                words.append(command[at])
            at += 1
        words = lexer.expand(words, executor.variable)
        # What fails from here on is the output.
        target = written or target
        return _captured(words, streams, condition, flat, target) if words else 0
    except (OSError, ValueError, MemoryError) as e:
        executor.report(target + ": " + reason(e))
        return 1
    finally:
        _close(streams)


def _close(streams):
    for stream in streams[:2]:
        if stream is not None:
            stream.close()


def reason(exc):
    """Return why a redirection was not opened, or its output not put into a variable, as text."""
    from upyos.lib import command

    return command.reason(exc)


def open_target(op, target, streams):
    """Open one redirection into streams `[input, output, name of a variable]`.

    Raises OSError, ValueError if the target can be neither a file nor a variable.

    A power cut before a written file is closed leaves the old content: littlefs works so.
    """
    if not target:
        raise OSError(2)
    if "." in target or "/" in target:
        mode = "rb" if op == _IN else "ab" if op == _APPEND else "wb"
        target = lookup.reachable(target)
        if op != _IN:
            from upyos.lib import paths

            paths.guard(target)
        stream = open(target, mode)
        variable_name = None
    elif op == _IN:
        if not _is_set(target):
            raise ValueError("no such variable; a file has . or / in its name")
        stream = io.BytesIO(str(executor.variable(target)).encode())
    elif not lexer.legal(target) or target in "?!#@*":
        raise ValueError("no name of a variable; a file has . or / in its name")
    else:
        stream = io.BytesIO()
        variable_name = (op, target)
    if op == _IN:
        streams[0] = stream
    else:
        if streams[1] is not None:
            streams[1].close()
        streams[1] = stream
        streams[2] = variable_name


def _is_set(name):
    """Tell whether there is a variable of this name; special ones and digits always are."""
    return name in sdata.sysconfig["env"] or len(name) == 1 and name in "?!#@*0123456789"


def _captured(words, streams, condition, flat, target):
    """Run a command with its streams in place; a variable gets the typed result, else the text."""
    stdin, stdout, name = streams
    result, broken = state.result, state.broken
    previous = entered = None
    if stdout is not None:
        state.broken = None
        previous = _upyos.redirect(stdout)
    try:
        status = executor.dispatch(words, stdin, condition, name is not None, flat)
        if flat and state.frame.control is not None:
            from upyos import lists

            entered = lists.entered()
    finally:
        failed = None
        if stdout is not None and not entered:
            _upyos.redirect(previous)
            failed, state.broken = state.broken, broken
    if entered:
        entered[4].append((_end, streams[:], previous, target, broken))
        streams[:] = (None, None)
    else:
        _store(streams, result, failed)
    return status


def _store(streams, result, failed):
    """Close the output; a variable gets it, and state.result is that of before.

    Raises what the output raised meanwhile: failed, unless it is None.
    """
    stdout, name = streams[1:]
    if stdout is None:
        return
    if name is not None:
        value = state.result
        state.result = result
        store(name, value, stdout.getvalue())
    streams[1] = None
    stdout.close()
    if failed:
        raise failed


def _end(status, streams, previous, target, broken):
    """Do after a script what run() does after a program; return the status."""
    failed = None
    if streams[1] is not None:
        _upyos.redirect(previous)
        failed, state.broken = state.broken, broken
    outer = state.result
    state.result = state.NONE
    try:
        _store(streams, outer, failed)
    except (OSError, ValueError, MemoryError) as e:
        state.result = outer
        executor.report(target + ": " + reason(e))
        return 1
    finally:
        _close(streams)
    return status


def store(name, value, output):
    """Put the typed result, or the text printed without its last newline, into a variable."""
    op, name = name
    if value is state.NONE:
        value = output.decode()
        if value.endswith("\n"):
            value = value[:-1]
    if op == _APPEND:
        value = str(executor.variable(name)) + str(value)
    executor.assign(name, value)
