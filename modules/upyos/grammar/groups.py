# SPDX-License-Identifier: MIT
"""Compile { } ( ) until, functions and the words of a case, for grammar.block."""

from micropython import const
from upyos.grammar import statements
from upyos.lib.codes import _AMP

# As in block, and of steps.
_JUMP = const(2)
_DEFINE = const(6)
# Pending of a function that is open before its {.
_NO_BRACE = const(-2)


def add(code, part, line_no):
    """Compile a part that begins with one of these words; return what is wrong, or None."""
    word = part[0][0]
    kind = code.open[-1][0] if code.open else ""
    if word == "{" or word == "(":
        return _open(code, part, line_no, kind)
    if word == "until":
        return _until(code, part, line_no)
    if word == "function":
        return _function(code, part, line_no)
    if word == "case":
        from upyos.grammar import case

        return case.begin(code, part, line_no)
    if word == ";;":
        return _branch_end(code)
    if word == "esac":
        return "esac without case"
    if word == ")":
        return code.end(False, part, line_no) if kind == "(" else ") without ("
    if kind == "function":
        return _end_function(code, part, line_no)
    return code.end(False, part, line_no) if kind == "{" else "} without {"


def _open(code, part, line_no, kind):
    """Open { or (, or go into a function."""
    if part[0][0] == "{" and kind == "function" and code.open[-1][3] == _NO_BRACE:
        code.open[-1][3] = -1
    else:
        code.begin(part[0][0], -1)
    code.rest(part, line_no)


def _until(code, part, line_no):
    """Open a loop that a true condition leaves."""
    code.begin("until", -1)
    condition, message = statements.condition(part)
    if statements.action(part):
        condition, message = None, "until: malformed statement"
    code.test(condition, message, line_no)
    code.open[-1][2].append(len(code.items))
    code.items.append([_JUMP, line_no, None, 0])
    code.items[-2][3] = len(code.items)


def _function(code, part, line_no):
    """Open a function; its name stands where other blocks have what is before them."""
    words = part[0]
    good = len(words) > 1 and type(words[1]) is str and not code.prefix
    if not good or len(words) > 2 and words[2] != "{" or len(words) == 2 and part[1] >= _AMP:
        return "function: malformed statement"
    code.prefix = words[1]
    code.begin("function", -1 if len(words) > 2 else _NO_BRACE)
    if len(words) > 3:
        code.add([words[3:]] + part[1:], line_no)
    return None


def _end_function(code, part, line_no):
    entry = code.open[-1]
    steps = cut(code, entry[1], False)
    code.open.pop()
    code.items.append([_DEFINE, line_no, (entry[4], steps)])
    return "}: malformed statement" if len(part[0]) > 1 or part[1] >= _AMP else None


def _branch_end(code):
    """Look at ;; where no branch of a case ends.

    Outside of a case they are two empty commands, as they always were.
    """
    for entry in code.open:
        if entry[0] == "case":
            keyword = code.open[-1][0]
            return keyword + " without " + statements.end_of(keyword)
    return None


def cut(code, first, subshell):
    """Take the steps from first on out of the code; return them as grammar.functions runs them.

    A function keeps all of its lines, so that it needs no script, whose buffer would stay with it.
    """
    source = None if any(entry[0] == "function" for entry in code.open) else code.source
    items = code.items[first:]
    del code.items[first:]
    for item in items:
        if len(item) > 3:
            item[3] -= first
    inner = [(a - first, b - first, loop) for a, b, loop in code.blocks if a >= first]
    code.blocks = [one for one in code.blocks if one[0] < first]
    return items, inner, source, subshell
