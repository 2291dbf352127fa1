# SPDX-License-Identifier: MIT
"""Lines from the terminal with simple editing, for programs; the prompt has its own editor."""

import _upyos
from micropython import const
from upyos import console, process

_CTRL_C = const(3)
_CTRL_D = const(4)
_BACKSPACE = const(8)
_LF = const(10)
_CR = const(13)
_DEL = const(127)


def read_line(prompt, echo):
    """Return one line without its end; see console.read_line. What is typed is not for jobs."""
    line = bytearray()
    fill(line, prompt, echo)
    return line.decode()


def fill(line, prompt, echo):
    """Add to line, a bytearray, the bytes of one line; else as read_line."""
    proc = process.current()
    if proc is not None and (proc.isthr or proc.tid):
        raise EOFError
    before = _upyos.redirect(None)
    try:
        console.write(prompt)
        while not _take(line, console.read_key(), echo):
            pass
    finally:
        _upyos.redirect(before)


def skip(line):
    """Read what is typed up to Ctrl-D on an empty line, and keep nothing.

    line is what was read of the line in progress. Raises KeyboardInterrupt at Ctrl-C.
    """
    before = _upyos.redirect(None)
    try:
        while True:
            # All that counts is whether the line is empty.
            line[1:] = b""
            if _take(line, console.read_key(), True):
                line[:] = b""
    except EOFError:
        return
    finally:
        _upyos.redirect(before)


def _take(line, key, echo):
    """Edit the line by one key; return True at its end."""
    if key in (_CR, _LF):
        console.write("\n")
        return True
    if key == _CTRL_C:
        raise KeyboardInterrupt
    if key == _CTRL_D and not line:
        console.write("\n")
        raise EOFError
    if key in (_BACKSPACE, _DEL):
        _rub_out(line, echo)
    elif key >= 32:
        line.append(key)
        if echo:
            console.write(bytes((key,)))
    return False


def _rub_out(line, echo):
    """Remove the last character: all bytes of its UTF-8 form."""
    if line:
        while line[-1] & 0xC0 == 0x80 and len(line) > 1:
            line[:] = line[:-1]
        line[:] = line[:-1]
        if echo:
            console.write("\b \b")


def input(prompt):
    """Return one line of standard input; see console.input."""
    proc = process.current()
    if proc is None or proc.source is None:
        return read_line(prompt, True)
    console.write(prompt)
    line = proc.source.readline()
    if not line:
        raise EOFError
    return (line if isinstance(line, str) else str(line, "utf-8")).rstrip("\r\n")


def ask(question):
    """Ask on the terminal; see console.ask."""
    proc = process.current()
    if proc is not None and proc.isthr:
        return False
    try:
        if proc is None or proc.source is None:
            answer = read_line(question, True)
        else:
            answer = input("")
    except EOFError:
        return False
    return answer.strip() in ("y", "Y")
