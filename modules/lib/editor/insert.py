# SPDX-License-Identifier: MIT
"""Insert mode: what is typed is text, until ESC."""

from micropython import const

from editor import characters, motions
from editor.session import ESCAPE, FAR, SPECIAL, Refused

_TYPED = const(b"-- INSERT -- ")
OVER = b"-- REPLACE -- "

_BACKSPACE = const(8)
_LF = const(10)
_CR = const(13)
_TO_START = const(21)
_LITERAL = const(22)
_WORD = const(23)
_BLANK = const(32)
_RUB_OUT = const(127)


def insert(s, count, mode=None, again=b""):
    """Type at the cursor until ESC, count times; each further one begins with the keys `again`."""
    s.mode = mode or _TYPED
    taken = s.terminal.taken
    begun = len(taken)
    s.want = -1
    try:
        _typed(s)
        if count > 1 and s.terminal.taken is not None:
            # the further times are not keys of the command
            s.terminal.taken = None
            _repeat(s, count - 1, again, bytes(taken[begun:]))
            s.terminal.taken = taken
    finally:
        s.mode = b""
    s.go(s.line, characters.before(s.text(), s.at))


def _typed(s):
    """Obey keys until ESC; return whether there was memory for all of them."""
    whole = True
    while True:
        key = s.key()
        if key == ESCAPE:
            return whole
        s.message = b""
        try:
            if key >= SPECIAL:
                _special(s, key - SPECIAL)
            else:
                _obey(s, key)
                s.want = -1
        except Refused:
            # the edge of the text
            pass
        except MemoryError:
            s.run_out()
            whole = False


def _repeat(s, count, again, keys):
    """Type keys, which end with ESC, so many times more, until Ctrl-C or the memory is full."""
    if not again and len(keys) > 1 and min(keys[:-1]) >= _BLANK and _RUB_OUT not in keys:
        # characters alone: a line of them is made at once, however many
        try:
            _put(s, keys[:-1] * count)
        except MemoryError:
            s.run_out()
        return
    for _ in range(count):
        if s.terminal.interrupted():
            s.message = b"interrupted"
            return
        s.terminal.ahead[:0] = again + keys
        if not _typed(s):
            return


def _obey(s, key):
    if key == _CR or key == _LF:
        s.splice(s.line, s.at, 0, s.buffer.eol)
        s.line += 1
        s.at = 0
    elif key == _BACKSPACE or key == _RUB_OUT:
        _rub_out(s, characters.before(s.text(), s.at))
    elif key == _WORD:
        text, at = s.text(), s.at
        if at and not characters.kind(text[at - 1]):
            at = characters.run_start(text, at)
        _rub_out(s, characters.run_start(text, at) if at else 0)
    elif key == _TO_START:
        _rub_out(s, 0)
    elif key == _LITERAL:
        s.update()
        _put(s, bytes((s.terminal.read(-1),)))
    else:
        _put(s, s.terminal.text(key))


def _put(s, data):
    """Put characters at the cursor, or in place of those that are there."""
    removed = 0
    if s.mode == OVER:
        count = sum([byte & 0xC0 != 0x80 for byte in data])
        removed = characters.after(s.text(), s.at, count) - s.at
    if data:
        s.splice(s.line, s.at, removed, data)
        s.at += len(data)


def _rub_out(s, start):
    """Remove what is before the cursor in its line, or the end of the line before."""
    if s.mode == OVER:
        s.at = start
    elif s.at:
        s.splice(s.line, start, s.at - start, b"")
        s.at = start
    elif s.line:
        _join(s, s.line - 1)


def _join(s, line):
    """Make one line of two; the cursor stands between them."""
    before = s.text(line)
    s.change(line, 2, [before + s.text(line + 1) + s.buffer.eol])
    s.line, s.at = line, len(before)


def _special(s, key):
    """Obey an arrow, home, end, a page key, Delete."""
    text = s.text()
    letter = chr(key)
    if letter == "x":
        if s.at < len(text):
            s.splice(s.line, s.at, characters.after(text, s.at) - s.at, b"")
        elif s.line + 1 < s.buffer.lines:
            _join(s, s.line)
    elif letter in "\x02\x06":
        motions.page(s, key, 0)
    elif letter != "i":
        if s.want < 0:
            s.want = s.column()
        line, at, _ = motions.find(key)(s, key, 0)
        s.line, s.at = line, len(text) if letter == "$" else at
        if letter not in "jk":
            s.want = FAR if letter == "$" else -1
