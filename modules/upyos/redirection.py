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


def run(command, stdin, condition):
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
        return _captured(words, streams, condition) if words else 0
    except (OSError, ValueError, MemoryError) as e:
        executor.report(target + ": " + reason(e))
        return 1
    finally:
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


def _captured(words, streams, condition):
    """Run a command with its streams in place; a variable gets the typed result, else the text."""
    stdin, stdout, name = streams
    if stdout is None:
        return executor.dispatch(words, stdin, condition, False)
    outer, outer_broken = state.result, state.broken
    state.broken = None
    previous = _upyos.redirect(stdout)
    try:
        status = executor.dispatch(words, stdin, condition, name is not None)
    finally:
        _upyos.redirect(previous)
        broken, state.broken = state.broken, outer_broken
    if name is not None:
        value = state.result
        state.result = outer
        store(name, value, stdout.getvalue())
    streams[1] = None
    stdout.close()
    if broken:
        raise broken
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
