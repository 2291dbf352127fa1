# SPDX-License-Identifier: MIT
"""What test says about more than one thing, and its rarer options (POSIX.1-2024 test)."""

from micropython import const
from upyos.process import UsageError

_BINARY = "= == != -eq -ne -lt -le -gt -ge".split()
_RUNNABLE = const((".py", ".mpy", ".sh"))


def value(words, unary, compare):
    """Return what words say together: ! -a -o ( ), and parts for unary() and compare().

    Without calls in each other, for the C stack. Raises UsageError.
    """
    if len(words) == 1:
        # A word alone is true if it is not empty, whatever it is; but -t asks for the terminal.
        return unary("-t", "1") if words[0] == "-t" else words[0] != ""
    # What is so far: A or B, and the part behind the last -o; the same outside of each bracket.
    either, both, negated = False, True, False
    outer = []
    at = 0
    while True:
        word, after = _word(words, at), _word(words, at + 1)
        if word == "!" and after is not None and after not in _BINARY:
            negated = not negated
            at += 1
            continue
        if word == "(" and after is not None and after not in _BINARY:
            outer.append((either, both, negated))
            either, both, negated = False, True, False
            at += 1
            continue
        count = _operand(words, at)
        if count == 3:
            found = compare(*words[at : at + 3])
        else:
            found = unary(word, after) if count == 2 else word != ""
        both = (found != negated) and both
        negated = False
        at += count
        while outer and _word(words, at) == ")":
            found = either or both
            either, both, negated = outer.pop()
            both = (found != negated) and both
            negated = False
            at += 1
        word = _word(words, at)
        if word is None and not outer:
            return either or both
        if word != "-a" and word != "-o":
            raise UsageError
        if word == "-o":
            either, both = either or both, True
        at += 1


def _word(words, at):
    return words[at] if at < len(words) else None


def _operand(words, at):
    """Return how many words are one thing to ask. Raises UsageError if there is none."""
    if at >= len(words):
        raise UsageError
    word = words[at]
    if _word(words, at + 1) in _BINARY and at + 2 < len(words):
        return 3
    option = len(word) == 2 and word[0] == "-"
    return 2 if option and _word(words, at + 1) not in (None, "-a", "-o", ")") else 1


def about(option, word):
    """Return what -s -r -w -x -t -L say about a word. Raises UsageError for another option."""
    from upyos.lib import paths, streams

    if option == "-t":
        return not streams.redirected() if word == "0" else streams.to_console()
    if option == "-L" or option == "-h":
        return False
    if option not in ("-s", "-r", "-w", "-x"):
        raise UsageError
    try:
        found = paths.stat(word)
    except OSError:
        return False
    if option == "-s":
        return found[6] > 0 or found[0] & 0x4000 != 0
    if option == "-w":
        return not paths.protected(word)
    return option == "-r" or found[0] & 0x4000 != 0 or word.endswith(_RUNNABLE)
