# SPDX-License-Identifier: MIT
"""What is said of a command that is not there."""

import _upyos
from micropython import const
from upyos import lookup, state
from upyos.lib.codes import _PROGRAM, _SCRIPT

# Words that other systems know, and what does it here, each behind a blank.
_ELSEWHERE = const(
    " vim=vi nano=vi emacs=vi ed=vi edit=vi printenv=env apropos='man -k' dir=ls ll=ls del=rm"
    " copy=cp ren=mv type=which cls=clear logout=exit quit=exit shutdown=exit halt=exit"
    " passwd=setauth ip=ifconfig egrep='grep -E' "
)
# Words that Python lines begin with.
_PYTHON = const(
    " import from print def class lambda async await try: with assert global pass del"
    " python python3 "
)


def why(word, words=()):
    """Return why there is no such command, and at the prompt what may have been meant.

    words: the whole command, as far as it is known.
    """
    index = _upyos.load("upyos/made/index.py", "index")
    if "\n" + word + "\n" in index.COLD:
        return "not found (it comes with the file system image)"
    if state.frame is not None and state.frame.path or not word:
        return "not found"
    if _is_python(word, words):
        return "not found; Python is typed behind > or <: > import os, < 2 + 2"
    name = _elsewhere(word) or _beside(word) or _near(word, index.COMMANDS + index.COLD)
    return "not found; there is " + name if name else "not found"


def _is_python(word, words):
    """Tell whether a command looks like a line of Python."""
    if " " + word + " " in _PYTHON or list(words[1:2]) == ["="]:
        return True
    name = word.partition("(")[0].replace(".", "").replace("_", "")
    return "(" in word and (not name or name[0].isalpha())


def _elsewhere(word):
    """Return what does here what a word does elsewhere, or an empty text."""
    at = _ELSEWHERE.find(" " + word + "=")
    if at < 0:
        return ""
    at += len(word) + 2
    if _ELSEWHERE[at] == "'":
        return _ELSEWHERE[at + 1 : _ELSEWHERE.find("'", at + 1)]
    return _ELSEWHERE[at : _ELSEWHERE.find(" ", at)]


def _beside(word):
    """Return how the program is called that is here or in /opt, or an empty text."""
    for directory, path in ((state.cwd, "./"), ("/opt", "/opt/")):
        found = lookup.in_directory(directory, word)
        if found and found[0] in (_PROGRAM, _SCRIPT):
            return path + word
    return ""


def _near(word, commands):
    """Return a command that differs by one slip of the finger, or an empty text."""
    every = commands + "\n".join(state.aliases or ()) + lookup.BUILTIN_NAMES.replace(" ", "\n")
    # As bytes: a place in a text is counted from its beginning, and each part of one is looked for
    # among the names that are kept. A character that no command has is one byte too.
    every = every.encode()
    word = bytes([min(ord(character), 255) for character in word])
    half = len(word) // 2
    # one slip leaves what is before the middle as it is, or what is behind it
    for part in (b"\n" + word[:half], word[half + 1 :] + b"\n"):
        at = every.find(part) if len(part) > 1 else -1
        while at >= 0:
            start = every.rfind(b"\n", 0, at + 1) + 1
            name = every[start : every.find(b"\n", start)]
            if name != word and abs(len(name) - len(word)) < 2 and _is_slip(word, name):
                return name.decode()
            at = every.find(part, at + 1)
    return ""


def _is_slip(a, b):
    """Tell whether one byte is other, too many or missing, or two are exchanged."""
    i = 0
    while i < len(a) and a[i : i + 1] == b[i : i + 1]:
        i += 1
    if a[i + 1 :] == b[i + 1 :] or a[i:] == b[i + 1 :] or a[i + 1 :] == b[i:]:
        return True
    return a[i + 2 :] == b[i + 2 :] and a[i : i + 2] == b[i + 1 : i + 2] + b[i : i + 1]
