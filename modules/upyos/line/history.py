# SPDX-License-Identifier: MIT
"""The history beyond the ring in memory: the lines as a list, and their file."""

import os

from micropython import const
from upyos import lineedit, state

_FILE = "/var/history"
_HEAD = const(3)
_LOADED = const(0x80)


def lines():
    """Return the lines, oldest first; the file is loaded at the first call."""
    data = state.history
    if data is None or not data[2] & _LOADED:
        _load()
    return _kept()


def save():
    """Write the lines to their file.

    A power cut leaves the old file or the new one, and perhaps history.tmp: the next time it is
    overwritten.
    """
    if state.history is None:
        return
    from upyos.lib import files

    try:
        files.write_atomic(_FILE, "".join([line + "\n" for line in lines()]))
    except OSError:
        # A full or missing file system costs the history only; leaving goes on.
        return


def clear():
    """Forget all lines, in memory and in the file."""
    state.history = bytearray(len(state.history)) if state.history else None
    lineedit.remember("")
    state.history[0] = 0
    state.history[2] = _LOADED
    try:
        os.remove(_FILE)
    except OSError:
        # There was none.
        return


def _kept():
    data = state.history
    if data is None:
        return []
    used = data[0] | data[1] << 8
    return data[_HEAD : _HEAD + used].decode().split("\n")[:-1]


def _load():
    """Put the lines of the file before those in memory."""
    newer = _kept()
    try:
        with open(_FILE) as file:
            older = file.read().split("\n")
    except (OSError, UnicodeError):
        older = []
    state.history = None
    for line in older + newer:
        if line:
            lineedit.remember(line)
    if state.history is not None:
        state.history[2] |= _LOADED
