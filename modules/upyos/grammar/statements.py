# SPDX-License-Identifier: MIT
"""Statements of a line: where they end, and the parts of if, elif and while."""

from micropython import const
from upyos import lexer
from upyos.lib.codes import _AMP, _KEYWORDS, _PIPE

_OPENING = const(("if", "while", "for", "until", "case", "{", "("))
_OPERATORS = const(("==", "!=", "<", ">", "<=", ">=", "in"))


class Unclosed(Exception):
    """A block that is not closed: what to say, and the number of the line that opened it."""


class Malformed(Exception):
    """A line of a block that cannot be run: what to say, and the number of the line."""


def split(program):
    """Split a program at its semicolons, and after each `&` that no `if` takes."""
    parts = []
    first = 0
    for i in range(1, len(program), 2):
        if program[i] < _AMP or program[i] == _AMP and program[first][0] != "if":
            parts.append(program[first : i + 1])
            first = i + 1
    if first < len(program):
        parts.append(program[first:])
    return parts


def end_of(keyword):
    """Return the word that ends a block which begins with a keyword."""
    if keyword in ("while", "for", "until"):
        return "done"
    return {"if": "fi", "case": "esac", "(": ")"}.get(keyword, "}")


def is_rich(words):
    """Tell whether there are words of grammar.words among these."""
    for word in words:
        if type(word) is list:
            return True
    return False


def apart(part):
    """Return a part in which a ! before a block is a command of its own, piped into it."""
    for i in range(0, len(part), 2):
        words = part[i]
        if words[0] == "!" and len(words) > 1 and words[1] in _OPENING:
            return part[:i] + [["!"], _PIPE, words[1:]] + part[i + 1 :]
    return part


def opening(part):
    """Return where in a part a block begins behind `|`, `&&` or `||`; 0 if none does."""
    for i in range(2, len(part), 2):
        if part[i][0] in _OPENING:
            return i
    return 0


def depth(line):
    """Return how many more blocks the line opens than it closes."""
    try:
        program = lexer.parse(line)
    except SyntaxError:
        return 0
    change = 0
    for part in split(program):
        part = apart(part)
        for i in range(0, len(part), 2):
            word = part[i][0]
            if word in _OPENING or word == "function" and "{" in part[i]:
                change += i > 0 or word != "if" or not action(part)
            elif word in ("fi", "done", "esac", "}", ")"):
                change -= 1
    return change


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


def misplaced(part):
    """Return what is wrong with a keyword that stands behind `|`, `&&` or `||`, or None."""
    for i in range(2, len(part), 2):
        if part[i][0] in _KEYWORDS:
            return part[i][0] + ": malformed statement"
    return None


def condition(part):
    """Return (condition, None), or (None, message) if it is malformed.

    A condition is a tuple `(A, OP, B)` of words, or a list: the program of a command, which is
    no statement, nor is what `if` does.
    """
    words = part[0]
    malformed = words[0] + ": malformed statement"
    if not _compares(words):
        if len(words) > 1 and words[1] not in _KEYWORDS:
            return [words[1:]] + part[1:], None
        return None, malformed
    if words[2] not in _OPERATORS:
        return None, "%s: unknown operator %s" % (words[0], words[2])
    if len(words) < 4 or int in (type(words[1]), type(words[3])):
        return None, malformed
    then = action(part)
    if then and (not then[0] or then[0][0] in _KEYWORDS):
        return None, malformed
    return (words[1], words[2], words[3]), None


def _compares(words):
    """Tell whether the word after A is an operator, known or not."""
    if len(words) < 3 or type(words[2]) is not str or not words[2] or type(words[1]) is int:
        return False
    if words[1] == "[" and words[-1] == "]" or words[1] == "test" and words[2] == "!":
        # What sh knows as a condition.
        return False
    return words[2] == "in" or words[2].strip("=!<>~") == ""
