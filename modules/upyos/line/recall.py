# SPDX-License-Identifier: MIT
"""Lines of the history by number or beginning: `!!`, `!N`, `!-N`, `!TEXT`."""

from micropython import const
from upyos import console, state
from upyos.lib.codes import _FAILED
from upyos.line import history

# What is something else behind `!`.
_OTHER = const(" \t=(")
_ENDS = const(" \t;|&<>")


def expanded(line):
    """Return a line with what it begins with in its place, shown; "" and $? if there is none."""
    if line[1:2] in _OTHER:
        return line
    end = 1
    while end < len(line) and line[end] not in _ENDS:
        end += 1
    found = _line(line[1:end])
    if found is None:
        console.error(line[:end] + ": not in the history")
        state.status = _FAILED
        return ""
    line = history.text(found) + line[end:]
    console.write(line + "\n")
    return line


def _line(word):
    """Return the line that a word names, or None."""
    digits = word.lstrip("-")
    if word == "!" or word[:1] == "-" and digits.isdigit():
        return history.nth(history.backwards(), 1 if word == "!" else int(digits))
    if word.isdigit():
        return history.nth(history.lines(), int(word))
    for line in history.backwards():
        if line.startswith(word.encode()):
            return line
    return None
