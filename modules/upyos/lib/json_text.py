# SPDX-License-Identifier: MIT
"""JSON as text: checked, selected from and indented token by token, with no object made of it.

Order, numbers and escapes stay as they are written, and depth costs nothing but its indentation.
Pure: runs on CPython too. Source: RFC 8259.
"""

import json

# Kinds of tokens: the marks themselves, s a string, v another value.
_MARKS = "{}[]:,"
_VALUE = "[{sv"
_BREAKS = (b"{", b"}", b"[", b"]", b":", b",")


def tokens(stream):
    """Yield the tokens of JSON text: none of them goes over a line, so a line is in memory."""
    for line in stream:
        at = 0
        while True:
            quote = line.find(b'"', at)
            plain = line[at:] if quote < 0 else line[at:quote]
            for mark in _BREAKS:
                plain = plain.replace(mark, b" " + mark + b" ")
            yield from plain.split()
            if quote < 0:
                break
            at = _string_end(line, quote)
            yield line[quote:at]


def _string_end(line, quote):
    """Return the index after the string that begins at quote. Raises ValueError."""
    end = quote
    while (end := line.find(b'"', end + 1)) > 0:
        start = end
        while line[start - 1] == 0x5C:
            start -= 1
        if (end - start) % 2 == 0:
            return end + 1
    raise ValueError


class _Reader:
    """Where one is in JSON text, and what may come next."""

    def __init__(self):
        # Of each open bracket: the index in it, or the key as it is written.
        self.inside = []
        self.expected = _VALUE

    def step(self, token):
        """Take the next token. Raises ValueError if it cannot stand here."""
        kind = _kind(token)
        inside = self.inside
        if kind not in self.expected:
            raise ValueError
        if kind == ":":
            self.expected = _VALUE
        elif kind == "," and type(inside[-1]) is int:
            inside[-1] += 1
            self.expected = _VALUE
        elif kind == ",":
            self.expected = "s"
        elif kind == "s" and "[" not in self.expected:
            inside[-1] = token
            self.expected = ":"
        elif kind in "[{":
            inside.append(0 if kind == "[" else b"")
            self.expected = _VALUE + "]" if kind == "[" else "s}"
        else:
            if kind in "]}":
                inside.pop()
            ends = ",]" if inside and type(inside[-1]) is int else ",}"
            self.expected = ends if inside else ""

    def at(self, wanted):
        """Tell whether a value that begins here is the one of the keys and indices in wanted."""
        if "[" not in self.expected or len(self.inside) != len(wanted):
            return False
        for i in range(len(wanted)):
            here = self.inside[i]
            if wanted[i] != (str(here) if type(here) is int else json.loads(here)):
                return False
        return True


def _kind(token):
    mark = chr(token[0])
    if mark in _MARKS:
        return mark
    if mark == '"':
        return "s"
    json.loads(token)
    return "v"


def select(tokens, wanted):
    """Yield the tokens of the part that the keys and indices in wanted name; check all of it.

    Raises ValueError if it is not JSON, KeyError if it has no such part.
    """
    reader = _Reader()
    found = False
    level = -1
    for token in tokens:
        if not found and token != b"]" and reader.at(wanted):
            found = True
            level = len(reader.inside)
        reader.step(token)
        if level >= 0:
            yield token
            if len(reader.inside) == level:
                level = -1
    if reader.expected:
        raise ValueError
    if not found:
        raise KeyError


def indented(tokens):
    """Yield the text of tokens, with line breaks and blanks."""
    depth = 0
    last = b" "
    for token in tokens:
        lead = b" " if last == b":" else b""
        if token in b"]}":
            depth -= 1
            lead = b"" if last in b"[{" else b"\n" + b"  " * depth
        elif last in b"[{,":
            lead = b"\n" + b"  " * depth
        if token in b"[{":
            depth += 1
        yield lead + token
        last = token
    yield b"\n"
