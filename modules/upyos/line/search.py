# SPDX-License-Identifier: MIT
"""Ctrl-R: a line of the history by a part of it, while that is typed."""

from micropython import const
from upyos import console, lineedit
from upyos.line import history

_INTERRUPT = const(3)
_BELL = const(7)
_BACKSPACE = const(8)
_AGAIN = const(18)
_RUB_OUT = const(127)


def run():
    """Search; return the key that ended it, which is obeyed next, or 0.

    Ctrl-R goes on to an older line, Ctrl-C and Ctrl-G leave the line as it was.
    """
    own = bytes(lineedit.text)
    prompt = lineedit.prompt
    wanted = bytearray()
    older = 0
    key = _AGAIN
    while key in (_AGAIN, _BACKSPACE, _RUB_OUT) or key >= 32:
        if key == _BACKSPACE or key == _RUB_OUT:
            _rub_out(wanted)
            older = 0
        elif key != _AGAIN:
            wanted.append(key)
        _show(wanted, older, own)
        key = console.read_key()
        older += key == _AGAIN
    lineedit.prompt = prompt
    if key == _INTERRUPT or key == _BELL:
        key = 0
        lineedit.text[:] = own
        lineedit.at = len(own)
    lineedit.show()
    return key


def _rub_out(wanted):
    """Remove the last character."""
    # a bytearray of MicroPython has no pop()
    while wanted and wanted[-1] & 0xC0 == 0x80:
        wanted[-1:] = b""
    wanted[-1:] = b""


def _show(wanted, older, own):
    """Show what was typed and the line that is found, or the last one that was."""
    line = _found(wanted, older) if wanted else own
    if line is not None:
        lineedit.text[:] = line = history.text(line).encode()
        lineedit.at = max(0, line.find(wanted))
        # what was typed may begin in the middle of a character
        while line[lineedit.at : lineedit.at + 1] and line[lineedit.at] & 0xC0 == 0x80:
            lineedit.at -= 1
    lineedit.prompt = "(%s '%s') " % ("search" if line is not None else "none", _text(wanted))
    lineedit.show()


def _text(wanted):
    return history.text(bytes(wanted))


def _found(wanted, older):
    """Return the newest line with wanted in it, or an older one; each text counts once."""
    before = None
    for line in history.backwards():
        if wanted in line and line != before:
            before = line
            if not older:
                return line
            older -= 1
    return None
