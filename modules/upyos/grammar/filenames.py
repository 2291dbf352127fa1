# SPDX-License-Identifier: MIT
"""The names of files that fit a pattern."""

import gc
import os

import _upyos
from micropython import const
from upyos import lookup
from upyos.lib import wildcards

# A list of names takes at most this part of the free memory.
_SHARE = const(4)
# What a name takes besides its bytes.
_OVERHEAD_BYTES = const(24)
_DIRECTORY = const(0x4000)
_MANY = const(64)


def matching(pattern):
    """Return the paths that fit a pattern, sorted; [] if there is none.

    Raises ValueError if they are too many for the memory.
    """
    room = [_upyos.heap()[2] // _SHARE]
    found = [""]
    parts = pattern.split("/")
    if parts[0] == "" and len(parts) > 1:
        found = ["/"]
        parts.pop(0)
    for i, part in enumerate(parts):
        last = i == len(parts) - 1
        if not part:
            # a//b is a/b; a/ is the directory a.
            found = found if not last else [path for path in found if _is_directory(path)]
            continue
        further = []
        for folder in found:
            _step(folder, part, last, further, room)
        found = further
    found.sort()
    return found


def _step(folder, part, last, found, room):
    """Add to found what fits one part of a pattern in a folder; room is the memory left."""
    tail = "" if last else "/"
    if not wildcards.special(part):
        name = folder + wildcards.plain(part)
        if _exists(name):
            found.append(name + tail)
        return
    for name, is_directory in _entries(folder):
        if name[0] == "." and part[0] != "." or not (last or is_directory):
            continue
        if wildcards.fits(name, part):
            room[0] -= len(folder) + len(name) + _OVERHEAD_BYTES
            if room[0] < 0:
                raise ValueError("too many names")
            found.append(folder + name + tail)
            if len(found) % _MANY == 0:
                # Else they stand far apart between garbage, and no room for their list is left.
                gc.collect()


def _entries(folder):
    """Yield (name, is it a directory) of what is in a folder; nothing if it cannot be read."""
    try:
        for entry in os.ilistdir(lookup.reachable(folder) or "."):
            yield entry[0], entry[1] & _DIRECTORY
    except OSError:
        return


def _exists(path):
    try:
        os.stat(lookup.reachable(path))
        return True
    except OSError:
        return False


def _is_directory(path):
    try:
        return os.stat(lookup.reachable(path))[0] & _DIRECTORY != 0
    except OSError:
        return False
