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
    name = _elsewhere(word) or _beside(word)
    if not name:
        aliases = " ".join(state.aliases) if state.aliases else ""
        name = _upyos.near(word, index.COMMANDS, index.COLD, aliases, lookup.BUILTIN_NAMES)
    return "not found; there is " + name if name else "not found"


def _is_python(word, words):
    """Tell whether a command looks like a line of Python."""
    if " " + word + " " in _PYTHON or list(words[1:2]) == ["="]:
        return True
    if "(" not in word:
        return False
    name = word.partition("(")[0].replace(".", "").replace("_", "")
    return not name or name[0].isalpha()


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
        names = lookup.names_in(directory)
        if names is None:
            found = lookup.in_directory(directory, word)
        else:
            found = lookup.among(names, directory, word)
        if found and found[0] in (_PROGRAM, _SCRIPT):
            return path + word
    return ""
