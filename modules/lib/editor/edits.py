# SPDX-License-Identifier: MIT
"""Commands that change the text without a motion: each takes (session, key, count)."""

from micropython import const

from editor import characters, insert, operators
from editor.session import Refused

# A key, and the operator and motion that it stands for.
_SHORT = const("xdl Xdh Dd$ Cc$ scl Scc Yyy ")


_A = const(97)
_BIG_A = const(65)
_BIG_I = const(73)
_BIG_X = const(88)
_BIG_Z = const(90)
_O = const(111)
_P = const(112)
_X = const(120)
# What a small letter has and a capital one has not.
_SMALL = const(32)


def find(key):
    """Return the function of one of the keys."""
    return _FUNCTIONS[_KEYS.find(chr(key))]


def _short(s, key, count):
    at = _SHORT.find(chr(key))
    operator, motion = ord(_SHORT[at + 1]), ord(_SHORT[at + 2])
    if key in (_BIG_X, _X) and not (s.text() if key == _X else s.at):
        # nothing is there
        raise Refused
    operators.apply(s, operator, motion, count)


def _paste(s, key, count):
    """p and P: whole lines below or above, else behind or before the cursor."""
    pieces = s.register * (count or 1)
    if not pieces:
        raise Refused("nothing to put")
    if s.register_is_lines:
        line = s.line + (key == _P and not s.buffer.is_empty)
        s.change(line, 0, pieces)
        s.go(line, characters.indent(s.text(line)))
        return
    text = s.text()
    at = characters.after(text, s.at) if key == _P else s.at
    data = b"".join(pieces)
    s.splice(s.line, at, 0, data)
    if b"\n" in data:
        s.go(s.line, at)
    else:
        s.go(s.line, characters.before(s.text(), at + len(data)))


def _join(s, key, count):
    last = s.line + max(2, count or 2) - 1
    if last >= s.buffer.lines:
        if s.line + 1 == s.buffer.lines:
            raise Refused
        last = s.buffer.lines - 1
    text = s.text()
    at = len(text)
    for line in range(s.line + 1, last + 1):
        more = s.text(line).lstrip()
        at = len(text)
        if text and more and text[-1:] not in b" \t" and more[:1] != b")":
            text += b" "
        text += more
    s.change(s.line, last - s.line + 1, [text + s.buffer.eol])
    s.go(s.line, at)


def _replace(s, key, count):
    """r: characters become the one that is typed."""
    new = s.character()
    text, at, count = s.text(), s.at, count or 1
    if characters.after(text, at, count - 1) >= len(text):
        raise Refused
    end = characters.after(text, at, count)
    if new == s.buffer.eol:
        s.splice(s.line, at, end - at, new)
        s.go(s.line + 1, 0)
    else:
        s.splice(s.line, at, end - at, new * count)
        s.go(s.line, at + len(new) * (count - 1))


def _swap_case(s, key, count):
    text, at = s.text(), s.at
    end = characters.after(text, at, count or 1)
    part = bytearray(text[at:end])
    for i, byte in enumerate(part):
        if _BIG_A <= byte & ~_SMALL <= _BIG_Z:
            part[i] = byte ^ _SMALL
    if part:
        s.splice(s.line, at, end - at, part)
    s.go(s.line, end)


def _insert(s, key, count):
    """i a I A: type at the cursor, behind it, at the beginning or the end of the line."""
    text = s.text()
    if key == _A:
        s.at = characters.after(text, s.at)
    elif key == _BIG_A:
        s.at = len(text)
    elif key == _BIG_I:
        s.at = len(text) - len(text.lstrip())
    s.typing = (count or 1,)


def _open(s, key, count):
    """o and O: type a line below or above."""
    below = key == _O
    if s.buffer.is_empty:
        # the line that is not there becomes one
        s.change(0, 0, [s.buffer.eol])
    line = s.line + below
    s.change(line, 0, [s.buffer.eol])
    s.line, s.at = line, 0
    s.typing = (count or 1, None, b"\r")


def _over(s, key, count):
    """R: what is typed takes the place of what is there."""
    s.typing = (count or 1, insert.OVER)


_KEYS = "xXDCsSYpPJr~iaIAoOR"
_FUNCTIONS = (
    _short,
    _short,
    _short,
    _short,
    _short,
    _short,
    _short,
    _paste,
    _paste,
    _join,
    _replace,
) + (_swap_case, _insert, _insert, _insert, _insert, _open, _open, _over)
