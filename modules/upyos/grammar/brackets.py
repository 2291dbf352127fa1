# SPDX-License-Identifier: MIT
"""The ( that begins a command, and what a ) closes. Pure: runs on CPython too."""

from upyos import lexer
from upyos.grammar import words as richer
from upyos.lib.codes import _END, _SEMI


def past_case(line, at, depth):
    """Return the index behind the esac of a case at `at`: a ) closes nothing before it.

    It is that of the next character where the word case is none that begins a command.
    """
    before = line[:at].rstrip()
    begins = before[-1:] in "();&|{" or before.endswith((" then", " do", " else"))
    at += 1
    while begins and at < len(line):
        if line.startswith("case ", at):
            at = past_case(line, at, richer.deeper(depth, at))
        elif line.startswith("esac", at) and line[at - 1] in " ;":
            return at + 4
        else:
            at = richer.skip(line, at, depth)
    return at


def group(line, at, program, words):
    """Read the ( that begins a command; return the index to go on at and the words so far.

    It is a command of its own for the compiler of blocks, and so is the ) that closes it. words:
    a keyword that stands before it, or nothing.
    """
    negated = words[-1:] == ["!"]
    if len(words) > negated:
        program += [words[: len(words) - negated], _SEMI]
    program += [["!"] * negated + ["("], _SEMI]
    try:
        end = richer.closing(line, at)
    except SyntaxError:
        # It may be closed on another line.
        return at + 1, []
    # As many blanks in front, for the columns in messages.
    inner = lexer.parse(" " * (at + 1) + line[at + 1 : end])
    if inner and inner[-1] == _END:
        inner[-1] = _SEMI
    program += inner
    return end + 1, [")"]
