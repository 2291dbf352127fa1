# SPDX-License-Identifier: MIT
"""Redirections beyond `>`, `>>` and `<`: of errors, of both, here-documents and here-strings.

One is EXTRA and the list [form, target] in the command: the form is how it is written, without a
digit of its own where there is one kind only, the target a word, "" where the form says it all.
"""

from _upyos import span
from micropython import const
from upyos import lexer
from upyos.grammar import words as richer
from upyos.lib.codes import _APPEND, _EXTRA, _HERE, _OUT

_BLANKS = const(" \t")
_QUOTES = const("'\"\\")
_ENDS = const(" \t;&|<>")


def read(line, at, words):
    """Read the redirection at `at` and append it to words; return the index after it.

    Its digit, if it has one, is the last word. Raises SyntaxError.
    """
    digit = ""
    if line[at] != "&" and words and line[at - 1] == words[-1] in ("1", "2"):
        digit = words.pop()
        if words and type(words[-1]) is int:
            # It was the target of another one.
            raise SyntaxError("column %d: target missing" % (at + 1))
    for form in ("&>>", "&>", "<<<", "<<-", "<<", ">>", ">&", ">"):
        if line.startswith(form, at):
            break
    else:
        raise SyntaxError("column %d: target missing" % (at + 1))
    end = at + len(form)
    if form in ("<<", "<<-"):
        return _here(line, end, form, words)
    if form == ">&":
        to = line[end : end + 1]
        if to not in ("1", "2") or span(line, end + 1, _ENDS) > end + 1:
            raise SyntaxError("column %d: target missing" % (at + 1))
        if to != (digit or "1"):
            words += [_EXTRA, [digit + form + to if digit == "2" else form + to, ""]]
        return end + 1
    end = span(line, end, _BLANKS, True)
    target = []
    after = richer.add(line, end, target)
    if after == end or line[end] == "#":
        raise SyntaxError("column %d: target missing" % (at + 1))
    if digit == "1":
        words += [_OUT if form == ">" else _APPEND, target[0]]
    else:
        words += [_EXTRA, [digit + form, target[0]]]
    return after


def _here(line, at, form, words):
    """Read the delimiter of a here-document."""
    at = span(line, at, _BLANKS, True)
    if line[at : at + 1] in _ENDS:
        raise SyntaxError("column %d: delimiter missing" % (at + 1))
    found = []
    end = lexer._word(line, at, _QUOTES + _ENDS, found)
    literal = span(line, at, _QUOTES) < end
    # behind those before it: their lines come first
    place = 2 * words.count(_HERE)
    words[place:place] = [_HERE, [form, found[0], literal]]
    return end


def filled(command, more):
    """Return a command with the lines of its here-documents, which more() gives.

    Raises SyntaxError if they end too early.
    """
    extra = ()
    while command[0] == _HERE:
        form, delimiter, literal = command[1]
        text = _text(more, delimiter, form == "<<-")
        if not literal:
            text = richer.body(text)
        extra += (_EXTRA, ["<<", text])
        command = command[2:]
    return tuple(command) + extra


def _text(more, delimiter, indented):
    """Return the lines up to the delimiter."""
    text = ""
    while True:
        line = more()
        if line is None:
            raise SyntaxError("here-document without " + delimiter)
        if indented:
            line = line.lstrip("\t")
        if line == delimiter:
            return text
        text += line + "\n"
