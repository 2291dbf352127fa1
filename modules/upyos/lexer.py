# SPDX-License-Identifier: MIT
"""Command line to program, and words to arguments.

A program is a flat list `[command, operator, command, operator, ...]`; a command is a list of str
where nothing has to be expanded or redirected, else a tuple whose items are

* str: a word as it stands, quoting done,
* tuple: a word with variables, `(text, name, text, name, ...)`,
* list: a word that takes more than that to expand, `[source, part, ...]`, see grammar.words,
* int: a redirection, its target is the next item; or PYTHON, followed by the rest of the line.

Pure: runs on CPython too. span() looks for characters, in C: a step of a loop costs 10 us here.
"""

from _upyos import span
from micropython import const

from upyos.lib.codes import _AMP, _AND, _APPEND, _END, _IN, _OR, _OUT, _PIPE, _PYTHON, _SEMI

_SPECIAL = const("'\"\\$;&|<>#*?[~(")
_STOPS = const("'\"\\$;&|<>*?[~(\t ")
_QUOTES = const("'\"\\\t ")
_DOUBLE_STOPS = const('"$\\')
_BLANKS = const(" \t")
_NAME = const("abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_COMPARISONS = const(("==", "!=", "<", ">", "<=", ">=", "in"))


def parse(line):
    """Return the program of a line, or []. Raises SyntaxError with `column N` (from 1) in it."""
    if span(line, 0, _SPECIAL) < len(line):
        return _scan(line)
    words = line.split()
    return [words, _END] if words else words


def continues(line):
    """Tell whether the line goes on with the next: it ends in a lone backslash."""
    if not line.endswith("\\") or line.lstrip().startswith("#"):
        return False
    return (len(line) - len(line.rstrip("\\"))) & 1 == 1


def split(line):
    """Return the words of a text by the quoting rules alone. Raises ValueError."""
    words = []
    at = span(line, 0, _BLANKS, True)
    try:
        while at < len(line):
            at = span(line, _word(line, at, _QUOTES, words), _BLANKS, True)
        return words
    except SyntaxError as e:
        raise ValueError(str(e))


def expand(words, get):
    """Return the arguments that words of a command stand for; `get(name)` gives a value."""
    args = []
    for word in words:
        if type(word) is str:
            args.append(word)
        elif len(word) == 2 and not word[0] and word[1] != "@":
            args.append(str(get(word[1])))
        elif type(word) is list or "@" in word or args and "=" in args[-1]:
            from upyos.grammar import expansion

            expansion.add(word, get, args)
        else:
            args.append(text(word, get))
    return args


def text(word, get):
    """Return the text of one word; `$@` is joined like `$*`."""
    if type(word) is str:
        return word
    if type(word) is list:
        from upyos.grammar import expansion

        return expansion.text(word, get)
    return "".join([_value(p, get) if i & 1 else p for i, p in enumerate(word)])


def _value(name, get):
    return " ".join(get("@")) if name == "@" else str(get(name))


def _scan(line):
    """Parse a line that has quotes, variables, operators or comments."""
    program = []
    words = []
    end = len(line)
    at = span(line, 0, _BLANKS, True)
    while at < end:
        c = line[at]
        stop = span(line, at, _STOPS)
        if c == "#":
            break
        if stop > at and (stop == end or line[stop] in _BLANKS):
            words.append(line[at:stop])
            at = stop
        elif c in "<>" or c == "&" and line[at + 1 : at + 2] == ">":
            at = _angle(line, at, words)
        elif c in ";&|":
            at = _operator(line, at, program, words)
            words = []
        elif c == "(" and _begins_one(words, True):
            from upyos.grammar import brackets

            at, words = brackets.group(line, at, program, words)
        else:
            at = _word(line, at, _STOPS, words)
        at = span(line, at, _BLANKS, True)
    _close(program, words, _END, at)
    return program


def _operator(line, at, program, words):
    """End the command before the list operator at `at`; return the index after the operator."""
    c = line[at]
    double = line[at + 1 : at + 2] == c
    if c == ";":
        op = _SEMI
        # Between the branches of a case; elsewhere an empty command.
        if double:
            _close(program, words, op, at)
            words = [";;"]
    elif c == "&":
        op = _AND if double else _AMP
    else:
        op = _OR if double else _PIPE
    _close(program, words, op, at)
    return at + 1 + double


def _close(program, words, op, at):
    """Append the command made of words, with the operator that ended it."""
    if not words:
        after = program[-1] if program else _SEMI
        if op > _SEMI or after > _AMP:
            raise SyntaxError("column %d: command missing" % (at + 1))
        return
    if type(words[-1]) is int:
        raise SyntaxError("column %d: target missing" % (at + 1))
    # Redirections may stand before the command.
    first = 0
    while type(words[first]) is int and words[first] != _PYTHON:
        first += 2
        if first == len(words):
            raise SyntaxError("column %d: command missing" % (at + 1))
    for word in words:
        if type(word) is not str:
            words = tuple(words)
            break
    program.append(words)
    program.append(op)


def _angle(line, at, words):
    """Read `<` or `>`: a Python line, a comparison or a redirection; return the index after it."""
    n = len(words)
    c = line[at]
    after = line[at + 1 : at + 2]
    if after and after in " \t" and _begins_one(words):
        words.append(_PYTHON)
        words.append(line[at:])
        return len(line)
    if 2 <= n <= 3 and words[0] in ("if", "elif", "while") and after != "&" and c != "&":
        end = span(line, at, "=!<>~", True)
        if n == 2 and not line[end:].lstrip().startswith("/dev/null"):
            words.append(line[at:end])
            return end
        if n == 3 and type(words[2]) is str and line[at - 1] in "=!~":
            words[2] += line[at:end]
            return end
    if n and type(words[-1]) is int:
        raise SyntaxError("column %d: target missing" % (at + 1))
    if c == "&" or after == "&" or after == "<" or n and line[at - 1] == words[-1] in ("1", "2"):
        from upyos.grammar import angles

        return angles.read(line, at, words)
    if c == "<":
        words.append(_IN)
    elif after == ">":
        words.append(_APPEND)
        return at + 2
    else:
        words.append(_OUT)
    return at + 1


def _begins_one(words, block=False):
    """Tell whether a command (block: a bracket) begins after these words, as after `if`."""
    if block and words[-1:] == ["!"]:
        words = words[:-1]
    n = len(words)
    first = words[0] if words else "{"
    if first == "function" or block and first in ("if", "elif", "while"):
        return words[2:] == ["{"]
    if first == "if" and 4 <= n <= 5 and words[2] in _COMPARISONS:
        return n == 4 or words[4] == "run"
    if (n == 1 or n == 4 and first == "case") and repr(words[-1]).rstrip("])")[-2:] == ")'":
        return True  # behind the pattern of a branch
    return n < 2 and first in ("if", "elif", "while", "then", "do", "else", "{")


def _word(line, at, stops, words):
    """Read one word and append it to words; return the index after it."""
    parts = [""]
    first = at
    end = len(line)
    while at < end:
        stop = span(line, at, stops)
        if stop > at:
            parts[-1] += line[at:stop]
            at = stop
            if at == end:
                break
        c = line[at]
        if c == '"':
            at = _double(line, at, parts, stops)
        elif c == "'":
            close = line.find("'", at + 1)
            if close < 0:
                raise SyntaxError("column %d: quote not closed" % (at + 1))
            parts[-1] += line[at + 1 : close]
            at = close + 1
        elif c == "$":
            at = variable(line, at, parts)
        elif c == "\\":
            parts[-1] += line[at + 1 : at + 2] or c
            at += 2
        elif c in "*?[~(":
            at = -1
        else:
            break
        if at < 0:
            from upyos.grammar import words as richer

            return richer.add(line, first, words)
    if len(parts) == 1:
        words.append(parts[0])
    else:
        words.append(tuple(parts if parts[-1] else parts[:-1]))
    return at


def _double(line, at, parts, stops):
    """Read "..." from its opening quote; return the index after the closing one, or -1."""
    opened = at
    at += 1
    end = len(line)
    stops = _DOUBLE_STOPS if "$" in stops else '"\\'
    while at < end:
        stop = span(line, at, stops)
        parts[-1] += line[at:stop]
        at = stop
        c = line[at : at + 1]
        if c == '"':
            return at + 1
        if c == "$":
            at = variable(line, at, parts)
            if at < 0:
                return at
        elif c:
            escaped = line[at + 1 : at + 2]
            parts[-1] += escaped if escaped and escaped in '"\\$`' else c + escaped
            at += 2
    raise SyntaxError("column %d: quote not closed" % (opened + 1))


def variable(line, at, parts):
    """Read $name, ${name} or a lone $ ; return the index after it, -1 for what is more."""
    c = line[at + 1 : at + 2]
    if c == "{":
        end = line.find("}", at)
        name = line[at + 2 : end]
        if end < 0 or not legal(name):
            return -1
        end += 1
    elif c == "(":
        return -1
    elif c and c in "?!#*@0123456789":
        name = c
        end = at + 2
    else:
        end = span(line, at + 1, _NAME, True)
        name = line[at + 1 : end]
    if name:
        parts += [name, ""]
    else:
        parts[-1] += "$"
    return end


def legal(name):
    """Tell whether ${name} can be written: a name of variables, one digit or one of ? ! # * @."""
    if len(name) == 1:
        return name in _NAME or name in "?!#*@"
    return name != "" and span(name, 0, _NAME, True) == len(name) and not name[0].isdigit()
