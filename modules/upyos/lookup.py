# SPDX-License-Identifier: MIT
"""Command word to what it runs (behaviour contract, 5.8)."""

import os

import _upyos
import sdata
from micropython import const

from upyos import state

BUILTIN = 1
PROGRAM = 2
SCRIPT = 3
NOT_PROGRAM = 126
NONE = 127

_BUILTINS = " exit loadconfig loadboard cd set alias unalias history "
_PATH = "/local/bin:.frozen:/bin"
_SUFFIXES = (".py", ".mpy", ".sh")
_NO_FILE = const(4)
# The names of a larger directory are not kept in memory.
_NAMES_CHARACTERS = const(512)


def find(word):
    """Return (kind, target): the builtin's name, or the path of the program or script.

    NOT_PROGRAM has the path found as target, NONE the word.
    """
    if "/" in word:
        return _at_path(word)
    if " " + word + " " in _BUILTINS:
        return BUILTIN, word
    other = None
    for directory in (sdata.sysconfig["env"].get("PATH") or _PATH).split(":"):
        if directory == ".frozen":
            found = frozen(word)
        else:
            found = in_directory(directory, word) if _may_hold(directory, word) else None
        if found and found[0] != NOT_PROGRAM:
            return found
        other = other or found
    return other or (NONE, word)


def _may_hold(directory, word):
    """Tell whether a directory of $PATH can have the command.

    The names in it are kept until anything is written to a file system: most commands then need no
    look at the flash, 1 to 4 ms.
    """
    if directory[:1] != "/":
        return True
    if state.names is None or state.names_at != _upyos.changes() or directory not in state.names:
        try:
            learn(directory)
        except OSError:
            return False
    names = state.names.get(directory)
    return names is None or "\n" + word in names


def learn(directory):
    """Keep the names in a directory of $PATH. Raises OSError if it is none."""
    changes = _upyos.changes()
    names = "".join(["\n" + entry[0] for entry in os.ilistdir(directory)])
    if state.names is None or state.names_at != changes:
        state.names = {}
        state.names_at = changes
    if len(names) <= _NAMES_CHARACTERS:
        state.names[directory] = names


def _at_path(word):
    """Return what a word with a slash names."""
    slash = word.rfind("/")
    directory = word[:slash] or "/"
    found = in_directory(directory, word[slash + 1 :])
    if found is None and directory == "/bin":
        found = frozen(word[5:])
    return found or (NONE, word)


def frozen(name):
    """Return (PROGRAM, path) of a command in the firmware, or None."""
    path = _upyos.command(name[:-3] if name.endswith(".py") else name)
    return path and (PROGRAM, path)


def in_directory(directory, name):
    """Return (kind, path) of NAME, NAME.py, NAME.mpy or NAME.sh, in this order, or None.

    One pass over the directory: on littlefs four failing stat calls cost more.
    """
    entries = os.ilistdir
    if sdata.cache_enabled:
        from upyos.lib.cache import entries
    best = _NO_FILE + 1
    kind = NONE
    path = ""
    try:
        for entry in entries(directory):
            file = entry[0]
            if file.startswith(name):
                rank = _rank(file, name, entry[1])
                if rank < best:
                    best = rank
                    path = file
    except OSError:
        return None
    if best > _NO_FILE:
        return None
    kind = NOT_PROGRAM if best == _NO_FILE else SCRIPT if path.endswith(".sh") else PROGRAM
    return kind, (directory if directory.endswith("/") else directory + "/") + path


def _rank(file, name, mode):
    """Return how well a file answers to a command name, from 0; above _NO_FILE it does not."""
    suffix = file[len(name) :]
    if mode & 0x4000:
        return _NO_FILE + (suffix != "")
    if suffix in _SUFFIXES:
        return 1 + _SUFFIXES.index(suffix)
    if suffix:
        return _NO_FILE + 1
    return 0 if file.endswith(_SUFFIXES) else _NO_FILE
