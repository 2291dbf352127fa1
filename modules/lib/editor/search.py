# SPDX-License-Identifier: MIT
"""Searching for patterns, and :s. Patterns are those of _upyos.search."""

import _upyos
from micropython import const

from editor import characters
from editor.session import Refused

_STAR = const(42)
_SLASH = const(47)
_QUESTION = const(63)
_OTHER_WAY = const(78)
_BACKSLASH = const(92)


def motion(s, key, count):
    """Search: / and ? for what is typed, * for the word at the cursor, n and N (the other way)
    again. Returns (line, offset)."""
    if key == _STAR:
        s.pattern = _word(s)
        s.forward = True
    elif key == _SLASH or key == _QUESTION:
        prompt = bytes((key,))
        pattern = s.ask(prompt)
        if pattern is None:
            raise Refused
        s.pattern = _parts(prompt + pattern)[0] or s.pattern
        s.forward = key == _SLASH
    return _find(s, s.forward == (key != _OTHER_WAY), count or 1)


def _word(s):
    """Return the pattern for the word at the cursor, or behind it in the line."""
    text, at = s.text(), s.at
    while at < len(text) and characters.kind(text[at]) != 2:
        at += 1
    if at == len(text):
        raise Refused
    end = characters.run_end(text, at)
    start = characters.run_start(text, end)
    return b"\\<" + text[start:end] + b"\\>"


def _find(s, forward, count):
    if not s.pattern:
        raise Refused("no pattern")
    line, at = s.line, s.at
    for _ in range(count):
        if s.terminal.interrupted():
            raise Refused("interrupted")
        found = _next(s, line, at) if forward else s.buffer.search_back(s.pattern, line, at)
        if not found:
            found = _around(s, forward)
        line, at = found
    return line, at


def _next(s, line, at):
    """Return the first match behind a place."""
    text = s.text(line)
    at = characters.after(text, at)
    if at < len(text):
        return s.buffer.search(s.pattern, line, at)
    return s.buffer.search(s.pattern, line + 1, 0) if line + 1 < s.buffer.lines else None


def _around(s, forward):
    """Return the first match from the other end of the text."""
    if forward:
        s.message = b"search hit BOTTOM, continuing at TOP"
        found = s.buffer.search(s.pattern, 0, 0)
    else:
        s.message = b"search hit TOP, continuing at BOTTOM"
        last = s.buffer.lines - 1
        found = s.buffer.search_back(s.pattern, last, len(s.text(last)) + 1)
    if not found:
        raise Refused("pattern not found: " + s.pattern.decode())
    return found


def _parts(command):
    """Return what stands between the delimiters of a command, its first byte is one."""
    parts = [bytearray()]
    at = 1
    while at < len(command):
        byte = command[at]
        if byte == command[0]:
            parts.append(bytearray())
        elif byte == _BACKSLASH and at + 1 < len(command):
            at += 1
            if command[at] != command[0]:
                parts[-1].append(byte)
            parts[-1].append(command[at])
        else:
            parts[-1].append(byte)
        at += 1
    return [bytes(part) for part in parts]


def substitute(s, first, last, command):
    """Do `:s` in lines first to last; command is `/PATTERN/TEXT/[g]`."""
    if not command or characters.kind(command[0]) != 1 or command[0] == _BACKSLASH:
        raise Refused("use :%s/PATTERN/TEXT/[g]")
    pattern, text, flags = (_parts(command) + [b"", b""])[:3]
    s.pattern = pattern or s.pattern
    if not s.pattern:
        raise Refused("no pattern")
    if flags not in (b"", b"g"):
        raise Refused("unknown: " + flags.decode())
    done = 0
    at_line = s.line
    while first <= last:
        found = s.buffer.search(s.pattern, first, 0)
        if not found or found[0] > last:
            break
        at_line = first = found[0]
        added = _in_line(s, first, text, flags == b"g")
        first += added + 1
        last += added
        done += 1
    if not done:
        raise Refused("pattern not found: " + s.pattern.decode())
    s.go(at_line, 0)
    s.message = b"%d lines changed" % done


def _in_line(s, line, text, everywhere):
    """Substitute in one line; return how many lines it has become besides."""
    old = s.text(line)
    out = bytearray()
    at = before = 0
    while at <= len(old):
        found = _upyos.search(s.pattern, old, at)
        if not found:
            break
        start, end = found
        out += old[at:start]
        if end > start or start > before or not start:
            out += _expanded(text, old[start:end], s.buffer.eol)
        at = before = end
        if start == end:
            # the character behind stays
            at = characters.after(old, end)
            out += old[end:at]
            if at == end:
                break
        if not everywhere:
            break
    out += old[at:]
    if out != old:
        s.splice(line, 0, len(old), out)
    return out.count(b"\n")


def _expanded(text, match, eol):
    """Return the text for a match: & is the match; \\n and \\r are line ends, \\t a tab."""
    if b"&" not in text and b"\\" not in text:
        return text
    out = bytearray()
    escaped = False
    for byte in text:
        if escaped:
            out += eol if byte in b"nr" else b"\t" if byte == 116 else bytes((byte,))
            escaped = False
        elif byte == _BACKSLASH:
            escaped = True
        elif byte == 38:
            out += match
        else:
            out.append(byte)
    return out
