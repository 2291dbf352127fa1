# SPDX-License-Identifier: MIT
"""d c y > < with a motion, or twice for whole lines."""

from micropython import const

from editor import characters, motions
from editor.session import Refused

_CHANGE = const(99)
_DELETE = const(100)
_YANK = const(121)
_INDENT = const(62)
_OUTDENT = const(60)
_W = const(119)
_BIG_W = const(87)

_SHIFT = const(b"    ")


def operate(s, operator, count):
    """Do what an operator and the motion behind it say."""
    more, key = s.counted(s.key())
    if more:
        count = more * (count or 1)
    apply(s, operator, key & 0xFF, count)


def apply(s, operator, key, count):
    """Let an operator work on what a motion goes over."""
    if key == operator:
        last = min(s.line + (count or 1), s.buffer.lines) - 1
        _on_lines(s, operator, s.line, last)
        return
    want = s.want
    line, at, kind = _target(s, operator, key, count)
    # only a motion by itself aims at a column
    s.want = want
    if kind == motions.INCLUSIVE:
        at = characters.after(s.text(line), at)
    start, end = (s.line, s.at), (line, at)
    if end < start:
        start, end = end, start
    if kind != motions.LINES and kind == motions.EXCLUSIVE and end[0] > start[0] and not end[1]:
        # up to the beginning of a line is up to the end of the one before
        end = (end[0] - 1, len(s.text(end[0] - 1)))
        if start[1] <= characters.indent(s.text(start[0])) and key != _W and key != _BIG_W:
            kind = motions.LINES
    if kind == motions.LINES or operator == _INDENT or operator == _OUTDENT:
        _on_lines(s, operator, start[0], end[0])
    else:
        _on_characters(s, operator, start, end)


def _target(s, operator, key, count):
    """Return the motion's (line, offset, kind), with what is special to words."""
    motion = motions.find(key)
    if not motion:
        raise Refused
    if key != _W and key != _BIG_W:
        return motion(s, key, count)
    text = s.text()
    if operator == _CHANGE and s.at < len(text) and characters.kind(text[s.at]):
        # cw leaves the blanks behind the word
        big = key == _BIG_W
        at = characters.before(text, characters.run_end(text, s.at, big))
        more = (count or 1) - 1
        return motions.words(s, at, more, motions.end_of_word, big) + (motions.INCLUSIVE,)
    line, at, kind = motion(s, key, count)
    while line > s.line and at <= characters.indent(s.text(line)):
        # the last word ends with its line
        line -= 1
        at = len(s.text(line))
    return line, at, kind


def _on_lines(s, operator, first, last):
    count = last + 1 - first
    if operator == _YANK:
        _keep(s, s.buffer.take(first, count), True)
        if first != s.line:
            s.go(first, s.at_column(first))
        s.message = b"%d lines yanked" % count if count > 2 else b""
    elif operator == _DELETE:
        if s.buffer.is_empty:
            raise Refused
        _keep(s, s.buffer.take(first, count), True)
        s.change(first, count, [])
        first = min(first, s.buffer.lines - 1)
        s.go(first, characters.indent(s.text(first)))
        s.message = b"%d fewer lines" % count if count > 2 else b""
    elif operator == _CHANGE:
        _keep(s, s.buffer.take(first, count), True)
        s.change(first, count, [s.buffer.eol])
        s.line, s.at = first, 0
        s.typing = (1,)
    else:
        for line in range(first, last + 1):
            _shift(s, line, operator == _INDENT)
        s.go(first, characters.indent(s.text(first)))


def _keep(s, pieces, is_lines):
    s.register = pieces
    s.register_is_lines = is_lines


def _shift(s, line, right):
    text = s.text(line)
    if right:
        if text:
            s.splice(line, 0, 0, _SHIFT)
    elif text[:1] == b"\t":
        s.splice(line, 0, 1, b"")
    else:
        blanks = min(len(_SHIFT), len(text) - len(text.lstrip()))
        if blanks:
            s.splice(line, 0, blanks, b"")


def _on_characters(s, operator, start, end):
    first, at = start
    last, to = end
    if start == end and operator != _CHANGE:
        raise Refused
    head, tail = s.text(first), s.text(last)
    if first == last:
        _keep(s, [head[at:to]], False)
    else:
        pieces = s.buffer.take(first + 1, last - first - 1)
        _keep(s, [head[at:] + s.buffer.eol] + pieces + [tail[:to]], False)
    if operator != _YANK:
        if first == last:
            if at < to:
                s.splice(first, at, to - at, b"")
        else:
            s.change(first, last - first + 1, [head[:at] + tail[to:] + s.buffer.eol])
    s.line, s.at = first, at
    if operator == _CHANGE:
        s.typing = (1,)
    else:
        s.go(first, at)
