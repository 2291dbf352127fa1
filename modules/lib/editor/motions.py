# SPDX-License-Identifier: MIT
"""Motions: each takes (session, key, count), count 0 if none was typed, and returns where it goes:
(line, offset, kind). Raises Refused where it cannot go."""

from micropython import const

from editor import characters
from editor.session import FAR, Refused

# What an operator takes: up to the place, the character there too, whole lines.
EXCLUSIVE = 0
INCLUSIVE = 1
LINES = 2

_KEYS = const("hl\x08\x7f jk0^$wWbBeEGg+\r\n-HMLfFtT;,%{}|nN*/?")
# Keys after which the column aimed at stays.
VERTICAL = "jk$"
_PAIRS = const(b"()[]{}")
_COMMA = const(44)
_BIG_B = const(66)
_BIG_E = const(69)
_BIG_L = const(76)
_BIG_M = const(77)
_BIG_T = const(84)
_BIG_W = const(87)
_G = const(103)
_T = const(116)
_CLOSING_BRACE = const(125)
_CTRL_F = const(6)
# What a small letter has and a capital one has not.
_SMALL = const(32)


def find(key):
    """Return the function of a motion, None if the key is none."""
    index = _KEYS.find(chr(key & 0xFF))
    return None if index < 0 else _FUNCTIONS[index]


def _left(s, key, count):
    text, at = s.text(), s.at
    for _ in range(min(count or 1, at)):
        at = characters.before(text, at)
    return s.line, at, EXCLUSIVE


def _right(s, key, count):
    return s.line, characters.after(s.text(), s.at, count or 1), EXCLUSIVE


def _down(s, key, count):
    line = s.line + (count or 1)
    if s.line + 1 == s.buffer.lines:
        raise Refused
    line = min(line, s.buffer.lines - 1)
    return line, s.at_column(line), LINES


def _up(s, key, count):
    if not s.line:
        raise Refused
    line = max(0, s.line - (count or 1))
    return line, s.at_column(line), LINES


def _home(s, key, count):
    return s.line, 0, EXCLUSIVE


def _indent(s, key, count):
    return s.line, characters.indent(s.text()), EXCLUSIVE


def _end(s, key, count):
    line = min(s.line + (count or 1), s.buffer.lines) - 1
    s.want = FAR
    return line, characters.last(s.text(line)), INCLUSIVE


def _column(s, key, count):
    s.want = (count or 1) - 1
    return s.line, s.at_column(s.line), EXCLUSIVE


def _words(s, count, step, big):
    return words(s, s.at, count or 1, step, big)


def words(s, at, count, step, big):
    """Return (line, offset) after count steps from an offset in the line of the cursor on."""
    place = s.line, at
    for _ in range(count):
        before = place
        place = step(s, before[0], before[1], big)
        if place == before:
            # the end of the text is nearer than the count
            break
    return place


def _word(s, key, count):
    return _words(s, count, _next_word, key == _BIG_W) + (EXCLUSIVE,)


def _next_word(s, line, at, big):
    text = s.text(line)
    if at < len(text) and characters.kind(text[at]):
        at = characters.run_end(text, at, big)
    while True:
        if at < len(text) and not characters.kind(text[at]):
            at = characters.run_end(text, at)
        if at < len(text) or line + 1 == s.buffer.lines:
            return line, at
        line += 1
        at = 0
        text = s.text(line)
        if not text:
            # an empty line is a word
            return line, 0


def _word_before(s, key, count):
    return _words(s, count, _last_word, key == _BIG_B) + (EXCLUSIVE,)


def _last_word(s, line, at, big):
    text = s.text(line)
    while True:
        if at and not characters.kind(text[at - 1]):
            at = characters.run_start(text, at)
        if at:
            return line, characters.run_start(text, at, big)
        if not line:
            return 0, 0
        line -= 1
        text = s.text(line)
        at = len(text)
        if not text:
            return line, 0


def _word_end(s, key, count):
    return _words(s, count, end_of_word, key == _BIG_E) + (INCLUSIVE,)


def end_of_word(s, line, at, big):
    """Return (line, offset) of the last character of the next word."""
    text = s.text(line)
    at = characters.after(text, at)
    while True:
        if at < len(text) and not characters.kind(text[at]):
            at = characters.run_end(text, at)
        if at < len(text):
            return line, characters.before(text, characters.run_end(text, at, big))
        if line + 1 == s.buffer.lines:
            return line, characters.last(text)
        line += 1
        at = 0
        text = s.text(line)


def _on_line(s, line):
    """Return the motion to the first character of a line that is not blank."""
    line = max(0, min(line, s.buffer.lines - 1))
    return line, characters.indent(s.text(line)), LINES


def _line(s, key, count):
    return _on_line(s, count - 1 if count else s.buffer.lines)


def _first_line(s, key, count):
    if s.key() != _G:
        raise Refused
    return _on_line(s, count - 1)


def _lines_down(s, key, count):
    return _on_line(s, _down(s, key, count)[0])


def _lines_up(s, key, count):
    return _on_line(s, _up(s, key, count)[0])


def _on_screen(s, key, count):
    last = min(s.screen.rows, s.buffer.lines - s.screen.top) - 1
    row = last // 2 if key == _BIG_M else count - 1 if count else 0
    if key == _BIG_L:
        row = last - row
    return _on_line(s, s.screen.top + max(0, min(row, last)))


def _to_character(s, key, count):
    s.found = (key, s.character())
    return _again(s, 0, count)


def _again(s, key, count):
    """Go to the character that f, F, t or T looks for: `;` again, `,` the other way."""
    if not s.found:
        raise Refused
    kind, wanted = s.found
    if key == _COMMA:
        kind ^= _SMALL
    text, at = s.text(), s.at
    if key and kind | _SMALL == _T:
        # not to the one that the cursor stands beside
        at = characters.after(text, at) if kind & _SMALL else characters.before(text, at)
    for _ in range(count or 1):
        if kind & _SMALL:
            at = text.find(wanted, characters.after(text, at))
        else:
            at = text.rfind(wanted, 0, at)
        if at < 0:
            raise Refused
    if kind == _T:
        at = characters.before(text, at)
    elif kind == _BIG_T:
        at = characters.after(text, at)
    return s.line, at, INCLUSIVE if kind & _SMALL else EXCLUSIVE


def _pair(s, key, count):
    """Go to the bracket that belongs to the next one in the line."""
    text, at = s.text(), s.at
    while at < len(text) and _PAIRS.find(text[at : at + 1]) < 0:
        at += 1
    if at == len(text):
        raise Refused
    index = _PAIRS.find(text[at : at + 1])
    here, other = _PAIRS[index], _PAIRS[index ^ 1]
    depth = 0
    for line, place, byte in _bytes(s, s.line, at, -1 if index & 1 else 1):
        if byte == here:
            depth += 1
        elif byte == other:
            depth -= 1
            if not depth:
                return line, place, INCLUSIVE
    raise Refused


def _bytes(s, line, at, step):
    """Yield (line, offset, byte) from a place on, up to the end of the text or its beginning."""
    text = s.text(line)
    while True:
        while 0 <= at < len(text):
            yield line, at, text[at]
            at += step
        line += step
        if not 0 <= line < s.buffer.lines:
            return
        text = s.text(line)
        at = 0 if step > 0 else len(text) - 1


def _paragraph(s, key, count):
    """Go to the next empty line behind a line that is none, } down and { up."""
    step = 1 if key == _CLOSING_BRACE else -1
    line = s.line
    for _ in range(count or 1):
        seen = False
        while 0 <= line + step < s.buffer.lines:
            seen = seen or s.text(line) != b""
            line += step
            if seen and not s.text(line):
                break
        else:
            return line, 0 if step < 0 else len(s.text(line)), EXCLUSIVE
    return line, 0, EXCLUSIVE


def _search(s, key, count):
    from editor import search

    return search.motion(s, key, count) + (EXCLUSIVE,)


def page(s, key, count):
    """Ctrl-F and Ctrl-B, no motions: show what is below or above, but for two rows."""
    s.screen.scroll_to(s.line)
    step = max(1, s.screen.rows - 2) * (count or 1)
    show_from(s, s.screen.top + (step if key == _CTRL_F else -step))


def show_from(s, top):
    """Let a line be the first on the screen, and the cursor stand on one that is shown."""
    s.screen.scroll(max(0, min(top, s.buffer.lines - 1)))
    line = max(s.screen.top, min(s.line, s.screen.top + s.screen.rows - 1, s.buffer.lines - 1))
    s.go(line, characters.indent(s.text(line)))


_FUNCTIONS = (
    (_left, _right, _left, _left, _right, _down, _up, _home, _indent, _end, _word, _word)
    + (_word_before, _word_before, _word_end, _word_end, _line, _first_line, _lines_down)
    + (_lines_down, _lines_down, _lines_up, _on_screen, _on_screen, _on_screen)
    + (_to_character, _to_character, _to_character, _to_character, _again, _again, _pair)
    + (_paragraph, _paragraph, _column, _search, _search, _search, _search, _search)
)
