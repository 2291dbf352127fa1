# SPDX-License-Identifier: MIT
"""Command word to what it runs (behaviour contract, 5.8)."""

import _upyos
import sdata
from micropython import const

from upyos import state
from upyos.lib.codes import _BUILTIN, _NOT_FOUND, _NOT_PROGRAM, _PROGRAM, _SCRIPT

BUILTIN_NAMES = " exit loadconfig loadboard cd set alias unalias history "
# How the paths of the firmware's programs begin, as in loader.mend.
_FIRMWARE = const("upyos/")
_PATH = const("/local/bin:.frozen:/bin")
_SUFFIXES = const((".py", ".mpy", ".sh"))
_NO_FILE = const(4)
_DIRECTORY = const(0x4000)
# The names of a larger directory are not kept in memory; all cold commands of tiny are 700.
_NAMES_CHARACTERS = const(1024)
_MANY = const(16)


def find(word):
    """Return (kind, target): the builtin's name, or the path of the program or script.

    Of one that is no program the path found is the target, of one that is not there the word.
    """
    if "/" in word:
        return _at_path(word)
    if " " + word + " " in BUILTIN_NAMES:
        return _BUILTIN, word
    other = None
    for directory in directories():
        if directory == ".frozen":
            found = frozen(word)
        else:
            names = names_in(directory)
            if names is None:
                found = in_directory(directory, word)
            else:
                found = among(names, directory, word)
        if found and found[0] != _NOT_PROGRAM:
            return found
        other = other or found
    return other or (_NOT_FOUND, word)


def directories():
    """Return the directories of $PATH; the default ones if it is unset, empty or no text."""
    path = sdata.sysconfig["env"].get("PATH")
    return (path if path and type(path) is str else _PATH).split(":")


def names_in(directory):
    """Return the names in a directory, such as those of $PATH, as learn() keeps them, or None.

    They are kept until anything is written to a file system: most commands then need no look at
    the flash, 1 to 4 ms, and those of a directory with many none of 25 ms.
    """
    if directory[:1] != "/":
        return None
    if state.names is None or state.names_at != _upyos.changes() or directory not in state.names:
        try:
            learn(directory)
        except OSError:
            return ""
    return state.names.get(directory)


def learn(directory):
    """Keep the names in a directory of $PATH, or None if they are too many. Raises OSError.

    One text, a line each: "NAME" for a file, "NAME/" for a directory.
    """
    changes = _upyos.changes()
    lines = [e[0] + ("/\n" if e[1] & _DIRECTORY else "\n") for e in _upyos.entries(directory)]
    if len(lines) > _MANY:
        import gc

        # A long text stays: at the bottom of the heap, not above the garbage.
        gc.collect()
    names = "\n" + "".join(lines)
    if state.names is None or state.names_at != changes:
        state.names = {}
        state.names_at = changes
    state.names[directory] = names if len(names) <= _NAMES_CHARACTERS else None


def among(names, directory, name):
    """Return what in_directory() does, from the names in the directory."""
    name = "\n" + name
    if name not in names:
        return None
    for suffix in ("", ".py", ".mpy", ".sh"):
        file = name + suffix
        if file.endswith(_SUFFIXES) and file + "\n" in names:
            return _found(directory, file[1:])
    if name + "\n" in names or name + "/\n" in names:
        return _NOT_PROGRAM, _found(directory, name[1:])[1]
    return None


def reachable(path):
    """Return a path that littlefs can follow: it does not know the parent of the root."""
    if ".." in path:
        from upyos.lib import paths

        path = paths.absolute(path)
    return path


def _at_path(word):
    """Return what a word with a slash names."""
    word = reachable(word)
    slash = word.rfind("/")
    name = word[slash + 1 :]
    found = in_directory(word[:slash] or "/", name)
    if found is None:
        from upyos.lib import paths

        path = paths.absolute(word)
        if name in ("", ".") and paths.is_dir(path):
            found = _NOT_PROGRAM, word
        elif path[:5] == "/bin/" and name:
            found = frozen(path[5:])
    return found or (_NOT_FOUND, word)


def frozen(name):
    """Return (kind, path) of a command in the firmware, or None."""
    path = _upyos.command(name[:-3] if name.endswith(".py") else name)
    return path and (_PROGRAM, path)


def in_directory(directory, name):
    """Return (kind, path) of NAME, NAME.py, NAME.mpy or NAME.sh, in this order, or None.

    One pass over the directory: on littlefs four failing stat calls cost more.
    """
    best = _NO_FILE + 1
    kind = _NOT_FOUND
    path = ""
    try:
        if sdata.cache_enabled:
            from upyos.lib import cache

            found = [entry for entry in cache.entries(directory) if entry[0].startswith(name)]
        else:
            found = _upyos.entries(directory, name)
    except OSError:
        return None
    for entry in found:
        rank = _rank(entry[0], name, entry[1])
        if rank < best:
            best = rank
            path = entry[0]
    if best > _NO_FILE:
        return None
    kind, path = _found(directory, path)
    return _NOT_PROGRAM if best == _NO_FILE else kind, path


def _found(directory, file):
    """Return the kind of a file that can be run, and its path: never one in the firmware."""
    path = directory + file if directory.endswith("/") else directory + "/" + file
    if path.startswith(_FIRMWARE):
        path = "./" + path
    return _SCRIPT if file.endswith(".sh") else _PROGRAM, path


def _rank(file, name, mode):
    """Return how well a file answers to a command name, from 0; above _NO_FILE it does not."""
    suffix = file[len(name) :]
    if mode & _DIRECTORY:
        return _NO_FILE + (suffix != "")
    if suffix in _SUFFIXES:
        return 1 + _SUFFIXES.index(suffix)
    if suffix:
        return _NO_FILE + 1
    return 0 if file.endswith(_SUFFIXES) else _NO_FILE
