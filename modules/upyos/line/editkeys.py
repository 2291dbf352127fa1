# SPDX-License-Identifier: MIT
"""The keys of the line editor that do more than add a character."""

import _upyos
from micropython import const
from upyos import console, lineedit
from upyos.line import history

_HOME = const(1)
_LEFT = const(2)
_INTERRUPT = const(3)
_DELETE = const(4)
_END = const(5)
_RIGHT = const(6)
_BACKSPACE = const(8)
_TAB = const(9)
_TO_END = const(11)
_CLEAR = const(12)
_DOWN = const(14)
_UP = const(16)
_SEARCH = const(18)
_TO_START = const(21)
_WORD = const(23)
_ESCAPE = const(27)
_RUB_OUT = const(127)
# Keys that are no byte: with Alt.
_WORD_LEFT = const(256)
_WORD_RIGHT = const(257)
_WORD_DELETE = const(258)
_WORD_RUB_OUT = const(259)

# What follows ESC [ or ESC O: arrows, delete, home and end as xterm, VT220 and rxvt send them.
_SEQUENCES = {
    "A": _UP,
    "B": _DOWN,
    "C": _RIGHT,
    "D": _LEFT,
    "H": _HOME,
    "F": _END,
    "1~": _HOME,
    "7~": _HOME,
    "4~": _END,
    "8~": _END,
    "3~": _DELETE,
}

_ALT = {98: _WORD_LEFT, 102: _WORD_RIGHT, 100: _WORD_DELETE, 127: _WORD_RUB_OUT, 8: _WORD_RUB_OUT}


def press(key):
    """Obey one key; return the one to obey next, 0 if that is still to be read.

    Raises KeyboardInterrupt, EOFError.
    """
    following = []
    if key == _DELETE and not lineedit.text:
        # Ctrl-D; the key Delete does nothing here.
        console.write("\n")
        raise EOFError
    if key == _ESCAPE:
        key = _sequence()
    if key == _INTERRUPT:
        console.write("^C\n")
        raise KeyboardInterrupt
    if key == _SEARCH:
        from upyos.line import search

        return search.run()
    if 32 <= key < 256 and key != _RUB_OUT:
        data = _character(key, following.append)
        if data:
            lineedit.insert(data)
    elif key == _TAB:
        _complete()
    elif key == _UP or key == _DOWN:
        _walk(1 if key == _UP else -1)
    elif key == _CLEAR:
        console.write("\x1b[2J\x1b[H")
        lineedit.show()
    elif key in (_HOME, _LEFT, _END, _RIGHT, _WORD_LEFT, _WORD_RIGHT):
        lineedit.at = _moved(key)
        lineedit.show()
    else:
        _remove(key)
    return following[0] if following else 0


def _sequence():
    """Return the key that an escape sequence stands for, or 0."""
    from upyos.lib import keys

    lead = _upyos.key(keys.WAIT_MS)
    if lead != 91 and lead != 79:
        return _ALT.get(lead, 0)
    return _SEQUENCES.get(keys.plain(keys.sequence(_upyos.key)), 0)


def _character(key, put_back):
    """Return the bytes of the character that begins with a key; see keys.character."""
    if key < 128:
        return bytes((key,))
    from upyos.lib import keys

    return keys.character(key, _upyos.key, put_back)


def _before(at):
    """Return where the character before a place begins."""
    at = max(0, at - 1)
    while at and lineedit.text[at] & 0xC0 == 0x80:
        at -= 1
    return at


def _after(at):
    """Return where the character at a place ends."""
    end = len(lineedit.text)
    at = min(end, at + 1)
    while at < end and lineedit.text[at] & 0xC0 == 0x80:
        at += 1
    return at


def _moved(key):
    """Return the place that a key moves the cursor to."""
    if key == _HOME:
        return 0
    if key == _END:
        return len(lineedit.text)
    if key == _WORD_LEFT:
        return _word_start(lineedit.at)
    if key == _WORD_RIGHT:
        return _word_end(lineedit.at)
    return _before(lineedit.at) if key == _LEFT else _after(lineedit.at)


def _in_word(at):
    """Tell whether a letter or a digit stands there."""
    c = lineedit.text[at]
    return c >= 128 or chr(c).isalpha() or chr(c).isdigit()


def _word_start(at):
    while at and not _in_word(at - 1):
        at -= 1
    while at and _in_word(at - 1):
        at -= 1
    return at


def _word_end(at):
    end = len(lineedit.text)
    while at < end and not _in_word(at):
        at += 1
    while at < end and _in_word(at):
        at += 1
    return at


def _remove(key):
    """Remove what a key removes."""
    text = lineedit.text
    first = last = lineedit.at
    if key == _BACKSPACE or key == _RUB_OUT:
        first = _before(first)
    elif key == _DELETE:
        last = _after(last)
    elif key == _TO_END:
        last = len(text)
    elif key == _TO_START:
        first = 0
    elif key == _WORD_RUB_OUT:
        first = _word_start(first)
    elif key == _WORD_DELETE:
        last = _word_end(last)
    elif key == _WORD:
        while first and text[first - 1] == 32:
            first -= 1
        while first and text[first - 1] != 32:
            first -= 1
    if first < last:
        at_end = lineedit.at == len(text) and last - first == 1 and not lineedit.left
        if at_end:
            # no branch from the line to its drawing: lineedit._append
            text[first:last] = b""
            lineedit.at = first
            lineedit.column -= 1
            console.write("\b\x1b[K")
        else:
            text[first:last] = b""
            lineedit.at = first
            lineedit.show()


def _replace(data):
    lineedit.text[:] = data
    lineedit.at = len(lineedit.text)
    lineedit.show()


def _walk(step):
    """Show an older or a newer line of the history."""
    entry = lineedit.entry + step
    line = history.nth(history.backwards(), entry) if entry else b""
    if line is not None:
        lineedit.entry = entry
        _replace(history.text(line).encode())


def _complete():
    """Complete the word before the cursor as far as it is certain, else list what fits."""
    from upyos.line import complete

    before = lineedit.text[: lineedit.at].decode()
    added, names = complete.complete(before)
    if added:
        lineedit.insert(added.encode())
    elif len(names) > 1:
        # options come with what they mean
        between = "\n" if "  " in names[0] else "  "
        console.write("\n" + between.join(names) + "\n")
        lineedit.show()
