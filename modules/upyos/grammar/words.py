# SPDX-License-Identifier: MIT
"""Words that take more to expand than variables: patterns, $(...), $((...)), ${name-word}, ~.

Such a word is a list `[source, part, ...]`. The source is for messages. A part is a text, or a
tuple whose first item says what it is:

* `("*", text)`: a text whose characters have a meaning in a pattern,
* `("$", name)`: a variable,
* `("(", quoted, text)`: the output of a command line, `("((", text)`: the value of an expression,
* `("{", quoted, name, operator, word)`: a variable, or what the operator makes of it,
* `("~", after)`: the home directory, and the character after it.
"""

from _upyos import span
from micropython import const
from upyos import lexer

_STOPS = const("'\"\\$;&|<>\t ")
_SPECIAL = const("'\"\\$*?[]")
_NAME = const("abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_BLANKS = const(" \t")
# How deep brackets may stand in each other.
_DEPTH = const(8)


def add(line, at, words):
    """Read the word at `at` and append it to words; return the index after it."""
    name = words[-1] if words else ""
    if line.startswith("()", at) and _is_name(name) and lexer._begins_one(words[:-1]):
        words.insert(len(words) - 1, "function")
        return at + 2
    parts = []
    end = _read(line, at, _STOPS, parts)
    source = line[at:end]
    name, brackets, rest = source.partition("()")
    if brackets and rest in ("", "{") and _is_name(name) and lexer._begins_one(words):
        words += ["function", name, "{"][: 2 + len(rest)]
    else:
        words.append(_word(source, parts))
    return end


def _is_name(word):
    return type(word) is str and len(word) > 1 and lexer.legal(word) or word in tuple(_NAME[:53])


def _word(source, parts):
    """Return a word of these parts in its simplest form."""
    joined = []
    for part in parts:
        if joined and type(part) is str and type(joined[-1]) is str:
            joined[-1] += part
        else:
            joined.append(part)
    if not joined:
        return ""
    if len(joined) == 1 and type(joined[0]) is str:
        return joined[0]
    if not any([part[0] != "$" or part[1] == "@" for part in joined if type(part) is tuple]):
        return _plain(joined)
    return [source] + joined


def _plain(parts):
    """Return the word as the lexer has one with variables alone: (text, name, text, ...)."""
    flat = [""]
    for part in parts:
        if type(part) is str:
            flat[-1] += part
        else:
            flat += [part[1], ""]
    if not flat[-1]:
        flat.pop()
    return tuple(flat)


def body(text):
    """Return the word that the lines of a here-document are."""
    parts = []
    _inside(text, 0, "", parts)
    return _word("<<", parts)


def _read(line, at, stops, parts):
    """Read the parts of a word up to one of the characters in stops; return the index there."""
    first = at
    end = len(line)
    while at < end:
        c = line[at]
        if c in "\"'\\$":
            at = _quoted(line, at, parts)
        elif c in stops:
            break
        elif c in "*?[":
            at = _pattern(line, at, parts)
        elif c == "~" and at == first and line[at + 1 : at + 2] in ("", "/", " ", "\t", ";"):
            parts.append(("~", line[at + 1 : at + 2]))
            at += 1
        else:
            stop = span(line, at + 1, stops + _SPECIAL)
            parts.append(line[at:stop])
            at = stop
    return at


def _quoted(line, at, parts):
    """Read what a quote, a backslash or a $ begins; return the index after it."""
    c = line[at]
    if c == '"':
        end = _inside(line, at + 1, '"', parts)
        if end > len(line):
            raise SyntaxError("column %d: quote not closed" % (at + 1))
        return end
    if c == "'":
        end = line.find("'", at + 1)
        if end < 0:
            raise SyntaxError("column %d: quote not closed" % (at + 1))
        parts.append(line[at + 1 : end])
        return end + 1
    if c == "$":
        return _dollar(line, at, parts, False)
    parts.append(line[at + 1 : at + 2] or c)
    return at + 2


def _inside(line, at, quote, parts):
    """Read what is between double quotes; return the index after the last one.

    It is more than the length of the line if that one is missing.
    """
    escaped = quote + "\\$`"
    while at < len(line):
        stop = span(line, at, quote + "\\$")
        parts.append(line[at:stop])
        at = stop
        c = line[at : at + 1]
        if c == "":
            break
        if c == quote:
            return at + 1
        if c == "$":
            at = _dollar(line, at, parts, True)
        else:
            after = line[at + 1 : at + 2]
            parts.append(after if after and after in escaped else c + after)
            at += 2
    return len(line) + 1


def _pattern(line, at, parts):
    """Read one of * ? [ ; of the last one all that is in the brackets."""
    if line[at] != "[":
        stop = span(line, at, "*?", True)
        parts.append(("*", line[at:stop]))
        return stop
    negated = line[at + 1 : at + 2] in ("!", "^")
    end = line.find("]", at + 2 + negated)
    blank = span(line, at, "\t ;&|<>")
    if not at < end < blank:
        parts.append("[")
        return at + 1
    inner = []
    parts.append(("*", "[!" if negated else "["))
    stop = at + 1 + negated
    if line[stop] == "]":
        inner.append("]")
        stop += 1
    while stop < len(line) and line[stop] not in "]\t ;&|<>":
        if line[stop] in "\"'\\$":
            stop = _quoted(line, stop, inner)
        else:
            inner.append(("*", line[stop]))
            stop += 1
    parts += inner
    return stop


def _dollar(line, at, parts, quoted):
    """Read what a $ begins; return the index after it."""
    if line.startswith("$((", at):
        end = closing(line, at + 2)
        if line[end : end + 2] == "))":
            parts.append(("((", _word_of(line[at + 3 : end])))
            return end + 2
    if line.startswith("$(", at):
        end = closing(line, at + 1)
        parts.append(("(", quoted, line[at + 2 : end]))
        return end + 1
    if line.startswith("${", at):
        return _braces(line, at, parts, quoted)
    plain = [""]
    end = lexer.variable(line, at, plain)
    if len(plain) > 1:
        parts.append(("$", plain[1]))
    else:
        parts.append(plain[0])
    return end


def _word_of(text):
    """Return the word that a text is, as between double quotes."""
    parts = []
    _inside(text, 0, "", parts)
    return _word(text, parts)


def _braces(line, at, parts, quoted):
    """Read ${name}, ${name-word} and the like; return the index after it."""
    wrong = SyntaxError("column %d: ${ without a name and }" % (at + 1))
    length = line[at + 2 : at + 3] == "#" and line[at + 3 : at + 4] not in ("}", "")
    first = at + 2 + length
    stop = span(line, first, _NAME, True)
    if stop == first and line[first : first + 1] in tuple("?!#*@"):
        stop += 1
    name = line[first:stop]
    end = _brace(line, stop)
    if end < 0 or not lexer.legal(name):
        raise wrong
    operator = line[stop:end]
    if not operator:
        parts.append(("{", quoted, name, "#", "") if length else ("$", name))
        return end + 1
    size = 2 if operator[:2] in (":-", ":=", ":+", ":?", "##", "%%") else 1
    if length or operator[:size] not in ":- := :+ :? - = + ? # ## % %%".split():
        raise wrong
    inner = []
    _read(operator, size, "", inner)
    word = _word(operator[size:], inner)
    parts.append(("{", quoted, name, "-" + operator[:size], word))
    return end + 1


def _brace(line, at):
    """Return the index of the } that closes a ${, -1 if there is none."""
    while at < len(line):
        c = line[at]
        if c == "}":
            return at
        at = skip(line, at, 0)
    return -1


def closing(line, at, depth=0):
    """Return the index of the ) that closes the ( at `at`. Raises SyntaxError."""
    opened = at
    at += 1
    while at < len(line):
        c = line[at]
        if c == ")":
            return at
        if c == "c" and line.startswith("case ", at):
            from upyos.grammar import brackets

            at = brackets.past_case(line, at, depth)
            continue
        at = closing(line, at, deeper(depth, at)) + 1 if c == "(" else skip(line, at, depth)
    raise SyntaxError("column %d: ( not closed" % (opened + 1))


def deeper(depth, at):
    """Return the next depth. Raises SyntaxError where it is too much."""
    if depth == _DEPTH:
        raise SyntaxError("column %d: nested too deep, at most %d" % (at + 1, _DEPTH))
    return depth + 1


def skip(line, at, depth):
    """Return the index after what is at `at`: a quoted text, $(...), ${...}, a character."""
    c = line[at]
    if c == "\\":
        return at + 2
    if c == "'":
        return line.find("'", at + 1) + 1 or len(line)
    if line.startswith("$(", at):
        return closing(line, at + 1, deeper(depth, at)) + 1
    if line.startswith("${", at):
        return _brace(line, at + 2) + 1 or len(line)
    if c != '"':
        return at + 1
    at += 1
    while at < len(line) and line[at] != '"':
        at = at + 1 if line[at] == "'" else skip(line, at, deeper(depth, at))
    return at + 1
