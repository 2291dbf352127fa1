# SPDX-License-Identifier: MIT
"""Whether a condition holds: `A OP B`, or a command."""

from upyos import executor, lexer, state, variables
from upyos.lib.codes import _INTERRUPTED, _USAGE


def holds(condition, flat=False):
    """Tell whether a condition is true; one that cannot be evaluated is reported and false.

    flat: see executor.run.
    """
    if type(condition) is list:
        if executor.run(condition, True, flat) == 0:
            return True
        if state.status != _INTERRUPTED:
            state.status = 0
        return False
    a, op, b = condition
    try:
        a = lexer.text(a, variables.get)
        b = lexer.text(b, variables.get)
        return _compare(a, op, b)
    except ValueError as e:
        executor.report(str(e))
        state.status = 1
        return False
    except TypeError:
        executor.report("if: %s %s %s: number and text" % (a, op, b))
        state.status = _USAGE
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
    if x is None and y is None:
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
