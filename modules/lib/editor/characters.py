# SPDX-License-Identifier: MIT
"""Characters of a line: where they begin and end, what belongs to a word.

A line is bytes. A character is one of UTF-8 with those that go onto it, or a byte that is none.
"""

import _upyos
from micropython import const

# So many that go onto one character are looked for.
_MOST_MARKS = const(4)

BLANK = 0
_PUNCTUATION = const(1)
_WORD = const(2)


def after(text, at, count=1):
    """Return where the count characters at a place end."""
    return _upyos.cells(text, at, len(text), -count)[0]


def before(text, at):
    """Return where the character begins that ends at a place."""
    if not at:
        return 0
    start = probe = _start(text, at)
    for _ in range(_MOST_MARKS):
        if not probe or text[probe] < 128:
            break
        probe = _start(text, probe)
        if after(text, probe) >= at:
            # what stands before the place goes onto it
            return probe
    return start if after(text, start) >= at else at - 1


def _start(text, at):
    """Return where the bytes before a place begin that look like one UTF-8 character."""
    start = at = at - 1
    while start and at - start < 3 and text[start] & 0xC0 == 0x80:
        start -= 1
    return start if text[start] & 0xC0 == 0xC0 else at


def last(text):
    """Return where the last character begins."""
    return before(text, len(text))


def indent(text):
    """Return where the first character begins that is not blank; the last one if there is none."""
    at = len(text) - len(text.lstrip())
    return at if at < len(text) else last(text)


def kind(byte, big=False):
    """Return what a byte belongs to: BLANK, or one of two kinds of words; one if they are big."""
    if byte == 32 or byte == 9:
        return BLANK
    if big or byte >= 128 or byte == 95 or 48 <= byte < 58 or 65 <= byte & 0xDF < 91:
        return _WORD
    return _PUNCTUATION


def run_end(text, at, big=False):
    """Return where the word (or the blanks) at a place ends."""
    wanted = kind(text[at], big)
    while at < len(text) and kind(text[at], big) == wanted:
        at += 1
    return at


def run_start(text, at, big=False):
    """Return where the word (or the blanks) begins that ends at a place."""
    wanted = kind(text[at - 1], big)
    while at and kind(text[at - 1], big) == wanted:
        at -= 1
    return at
