# SPDX-License-Identifier: MIT
"""Conditions of if, elif and while: `A OP B`, or a command."""

from micropython import const

from upyos import executor, lexer, state

_AMP = const(2)
_OPERATORS = ("==", "!=", "<", ">", "<=", ">=", "in")


def action(part):
    """Return what `if A OP B` runs when true, as a program; None if nothing follows B."""
    words = part[0]
    if not _compares(words):
        return None
    rest = words[4:]
    if rest and rest[0] == "run":
        rest = rest[1:]
    if len(words) > 4 or len(part) > 2 or part[1] == _AMP:
        return [rest] + part[1:]
    return None


def condition(part):
    """Return (condition, None), or (None, message) if it is malformed.

    A condition is a tuple `(A, OP, B)` of words, or a list: the program of a command.
    """
    words = part[0]
    malformed = words[0] + ": malformed statement"
    if not _compares(words):
        return ([words[1:]] + part[1:], None) if len(words) > 1 else (None, malformed)
    if words[2] not in _OPERATORS:
        return None, "%s: unknown operator %s" % (words[0], words[2])
    if len(words) < 4 or int in (type(words[1]), type(words[3])):
        return None, malformed
    if action(part) and not action(part)[0]:
        return None, malformed
    return (words[1], words[2], words[3]), None


def _compares(words):
    """Tell whether the word after A is an operator, known or not."""
    if len(words) < 3 or type(words[2]) is not str or not words[2] or type(words[1]) is int:
        return False
    return words[2] == "in" or words[2].strip("=!<>~") == ""


def holds(condition):
    """Tell whether a condition is true; one that cannot be evaluated is reported and false."""
    if type(condition) is list:
        if executor.run(condition, True) == 0:
            return True
        if state.status != 130:
            state.status = 0
        return False
    if type(condition) is str:
        executor.report(condition)
        state.status = 2
        return False
    a, op, b = condition
    a = lexer.text(a, executor.variable)
    b = lexer.text(b, executor.variable)
    try:
        return _compare(a, op, b)
    except TypeError:
        executor.report("if: %s %s %s: number and text" % (a, op, b))
        state.status = 2
        return False


def _compare(a, op, b):
    """Compare two texts, as numbers if both read as such.

    Raises TypeError for the order of a number and a text.
    """
    if op == "in":
        return a in b
    x = _number(a)
    y = _number(b)
    if op == "==" or op == "!=":
        same = a == b if x is None or y is None else x == y
        return same == (op == "==")
    if (x is None) != (y is None):
        raise TypeError
    if x is None:
        x, y = a, b
    if op == "<":
        return x < y
    if op == ">":
        return x > y
    return x <= y if op == "<=" else x >= y


def _number(text):
    """Return the number that a text reads as, or None."""
    # A failing int() costs more than this look at the text.
    if not text or text[0] not in "0123456789+-." or text[-1] not in "0123456789.":
        return None
    try:
        return float(text) if "." in text or "e" in text or "E" in text else int(text)
    except ValueError:
        return None
