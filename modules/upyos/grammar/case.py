# SPDX-License-Identifier: MIT
"""case WORD in PATTERN) ... ;; esac, as steps of grammar.block."""

from micropython import const
from upyos import executor, lexer, state, variables
from upyos.grammar import expansion
from upyos.lib import wildcards
from upyos.lib.codes import _AMP, _PIPE

# As in block.
_JUMP = const(2)
_CASE = const(7)
_MATCH = const(8)
# The open block is in front of a pattern, or behind one.
_PATTERN = const(-3)


def begin(code, part, line_no):
    """Compile `case WORD in`, and the first pattern if it is there."""
    words = part[0]
    good = len(words) > 2 and words[2] == "in" and type(words[1]) is not int
    code.begin("case", -1)
    code.items.append([_CASE, line_no, words[1] if good else ""])
    code.open[-1][5] = _PATTERN
    if not good:
        return "case: malformed statement"
    if words[3:]:
        code.add([words[3:]] + part[1:], line_no)
    elif part[1] >= _AMP:
        return "case: malformed statement"
    return None


def add(code, part, line_no):
    """Compile a part of a line in a case."""
    entry = code.open[-1]
    word = part[0][0]
    if word == "esac":
        _leave(code, entry, line_no)
        return code.end(False, part, line_no)
    if word == ";;":
        _leave(code, entry, line_no)
        entry[5] = _PATTERN
        return None
    if entry[5] != _PATTERN:
        # A command of the branch.
        entry[0] = "branch"
        message = code._add(part, line_no)
        entry[0] = "case"
        return message
    return _pattern(code, entry, part, line_no)


def _leave(code, entry, line_no):
    """End a branch: go on behind esac; another pattern is looked at here."""
    if entry[5] == _PATTERN:
        return
    entry[2].append(len(code.items))
    code.items.append([_JUMP, line_no, None, 0])
    code.items[entry[3]][3] = len(code.items)
    entry[3] = -1


def _pattern(code, entry, part, line_no):
    """Compile `A|B) COMMAND`."""
    patterns = []
    for i in range(0, len(part), 2):
        words = part[i]
        last = _closed(words[0])
        patterns.append(words[0] if last is None else last)
        if last is not None:
            break
        if len(words) > 1 or part[i + 1] != _PIPE:
            return "case: ) missing"
    else:
        return "case: ) missing"
    entry[3] = len(code.items)
    entry[5] = 0
    code.items.append([_MATCH, line_no, patterns, 0])
    rest = [words[1:]] + part[i + 1 :]
    if rest[0]:
        code.add(rest, line_no)
    elif rest[1] >= _AMP:
        return "case: malformed statement"
    return None


def _closed(word):
    """Return a pattern without the ) behind it, None if there is none."""
    if type(word) is str:
        return word[:-1] if word.endswith(")") else None
    if type(word) is int or type(word[-1]) is not str or not word[-1].endswith(")"):
        return None
    if type(word) is tuple and len(word) % 2 == 0:
        # It ends in a variable.
        return None
    last = word[-1][:-1]
    return word[:-1] + type(word)((last,) if last else ())


def run(code, at, item):
    """Run the step before the index at; return that of the next."""
    try:
        if item[0] == _CASE:
            # No branch if it cannot be told.
            code.value = None
            code.value = lexer.text(item[2], variables.get)
            return at
        for word in item[2] if code.value is not None else ():
            if wildcards.fits(code.value, expansion.pattern(word, variables.get)):
                return at
    except ValueError as e:
        executor.report(str(e))
        state.status = 1
    return at if item[0] == _CASE else item[3]
