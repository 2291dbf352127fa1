# SPDX-License-Identifier: MIT
"""The way to the terminal."""

import sys

import _upyos

from upyos import state

# Text or bytes to standard output: follows redirection. Returns the number of bytes.
write = sys.stdout.write

# Who has the screen while a line or a text is edited, else None: say(text) shows a line of others.
editing = None


def error(text):
    """Print one line where the errors go: on the terminal, unless `2>` says something else."""
    if editing and state.turn and not state.turn.is_mine():
        # The main thread might be in the middle of its edited line.
        return state.turn.taken(error, text)
    target = state.turn.errors() if state.turn else state.errors
    if state.turn and not target:
        state.turn.room(len(text))
    before = _upyos.redirect(target)
    if not target and getattr(before, "takes_errors", None):
        # a caller over the network, which has no terminal
        target = before
        _upyos.redirect(target)
    try:
        if editing and not target:
            editing.say(text)
        else:
            print(text)
    finally:
        _upyos.redirect(before)


def read_key():
    """Return the next byte from the terminal; background tasks go on meanwhile."""
    key = -1
    while key < 0:
        key = state.key() if state.key else _upyos.key(-1)
    return key


def read_line(prompt="", echo=True):
    """Return one line from the terminal, without its end.

    Raises EOFError at Ctrl-D on an empty line, KeyboardInterrupt at Ctrl-C.
    """
    from upyos.terminal import cooked

    return cooked.read_line(prompt, echo)


def input(prompt=""):
    """Return one line of the current program's standard input. Raises EOFError at its end."""
    from upyos.terminal import cooked

    return cooked.input(prompt)


def ask(question):
    """Return True if the answer is y or Y; False where there is nobody to answer."""
    from upyos.terminal import cooked

    return cooked.ask(question)
