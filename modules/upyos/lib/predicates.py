# SPDX-License-Identifier: MIT
"""What test says about more than one thing, and its rarer options (POSIX.1-2024 test)."""

from upyos.process import UsageError

_BINARY = "= == != -eq -ne -lt -le -gt -ge".split()
_RUNNABLE = (".py", ".mpy", ".sh")


def value(words, unary, compare):
    """Return what words say together: ! -a -o ( ), and parts for unary() and compare().

    Raises UsageError.
    """
    if len(words) == 1:
        # A word alone is true if it is not empty, whatever it is; but -t asks for the terminal.
        return unary("-t", "1") if words[0] == "-t" else words[0] != ""
    reader = _Reader(words, unary, compare)
    found = reader.either(0)
    if reader.at != len(words):
        raise UsageError
    return found


class _Reader:
    def __init__(self, words, unary, compare):
        self.words = words
        self.unary = unary
        self.compare = compare
        self.at = 0

    def word(self, after=0):
        """Return the next word, or one of those after it; None at the end."""
        at = self.at + after
        return self.words[at] if at < len(self.words) else None

    def take(self):
        """Return the next word and go behind it. Raises UsageError at the end."""
        word = self.word()
        if word is None:
            raise UsageError
        self.at += 1
        return word

    def either(self, depth):
        """Read A -o B."""
        if depth > 8:
            raise UsageError
        found = self.both(depth)
        while self.word() == "-o":
            self.at += 1
            found = self.both(depth) or found
        return found

    def both(self, depth):
        """Read A -a B."""
        found = self.single(depth)
        while self.word() == "-a":
            self.at += 1
            found = self.single(depth) and found
        return found

    def single(self, depth):
        """Read one thing, with any number of ! in front."""
        negated = False
        while self.word() == "!" and self.word(1) is not None and self.word(1) not in _BINARY:
            self.at += 1
            negated = not negated
        return self.plain(depth) != negated

    def plain(self, depth):
        if self.word(1) in _BINARY and self.word(2) is not None:
            self.at += 3
            return self.compare(*self.words[self.at - 3 : self.at])
        word = self.take()
        if word == "(" and self.word() is not None:
            found = self.either(depth + 1)
            if self.take() != ")":
                raise UsageError
            return found
        if len(word) == 2 and word[0] == "-" and self.word() not in (None, "-a", "-o", ")"):
            return self.unary(word, self.take())
        return word != ""


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
