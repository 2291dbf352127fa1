# SPDX-License-Identifier: MIT
"""$(...): what a command line prints.

In a script it runs as a level of script.run(), on no C stack: the command that it stands in leaves
a note in the frame, and goes on when it is done. Elsewhere it is a call.
"""

import io

from upyos import executor, state
from upyos.lib.codes import _ENTER, _INTERRUPTED


def output(line):
    """Run a command line; return what it prints, without the line ends behind it.

    state.status is its status. Raises ValueError if it prints no text.
    """
    buffer = io.BytesIO()
    from upyos.grammar import script

    if script.run(("(", line, buffer), ()) == _INTERRUPTED:
        raise KeyboardInterrupt
    return _text(buffer)


def _text(buffer):
    try:
        return buffer.getvalue().decode().rstrip("\n")
    except UnicodeError:
        raise ValueError("$(...): not text") from None


def enter(words, then):
    """Have the first $(...) in words run by script.run(); return whether there is one.

    When there are none left `then[0](words, *then[1:])` is called, and gives the status.
    """
    place = _first(words)
    if place is None:
        return False
    buffer = io.BytesIO()
    call = (_go_on, words, place, buffer, then)
    state.frame.control = [_ENTER, ("(", _part(words, place)[2], buffer), (), None, [call]]
    return True


def _first(words):
    """Return the place of the first $(...) in words: (word, part[, part of an expression])."""
    for i, word in enumerate(words):
        for j, part in enumerate(word if type(word) is list else ()):
            if _is_new(part):
                return i, j
            k = _within(part)
            if k is not None:
                return i, j, k
    return None


def _within(part):
    """Return which part of an expression is a $(...), or None."""
    if type(part) is tuple and part[0] == "((" and type(part[1]) is list:
        for k, one in enumerate(part[1]):
            if _is_new(one):
                return k
    return None


def _is_new(part):
    """Tell whether a part is a $(...) that has not run."""
    return type(part) is tuple and part[0] == "(" and len(part) == 3


def _part(words, place):
    part = words[place[0]][place[1]]
    return part[1][place[2]] if len(place) > 2 else part


def _replaced(words, place, value):
    """Return words in which the value stands for the $(...) at a place."""
    words = list(words)
    word = words[place[0]] = list(words[place[0]])
    part = _part(words, place)
    part = ("(", part[1], part[2], value)
    if len(place) > 2:
        inner = list(word[place[1]][1])
        inner[place[2]] = part
        part = ("((", inner)
    word[place[1]] = part
    return tuple(words)


def _go_on(status, words, place, buffer, then):
    """Go on with a command after one of its $(...); return the status."""
    state.status = status
    try:
        words = _replaced(words, place, _text(buffer))
    except ValueError as e:
        executor.report(str(e))
        return 1
    return 0 if enter(words, then) else then[0](words, *then[1:])
