# SPDX-License-Identifier: MIT
"""What ls shows besides a directory by name: other orders, and the commands of the firmware."""

from micropython import const
from upyos.lib import paths

_MODIFIED = const(8)
# The type of what no file system has: a command of the firmware.
_FROZEN = const(0)


def _name(entry):
    return entry[0]


def _newest(entry):
    return -entry[2], entry[0]


def _largest(entry):
    return -entry[3], entry[0]


def with_frozen(entries):
    """Return the entries of /bin, sorted, with the commands of the firmware that no file hides."""
    from upyos.made.index import COMMANDS

    stems = set([entry[0].rsplit(".", 1)[0] for entry in entries])
    names = [name for name in COMMANDS.split() if name not in stems]
    return sorted(entries + [(name, _FROZEN, 0, 0) for name in names], key=_name)


def ordered(folder, entries, found):
    """Return entries of a directory in the order that the options say: t, S and r."""
    key = _largest if "S" in found else _newest if "t" in found else _name
    if key is _newest:
        # the sort asks for a key again and again
        entries = [_timed(folder, entry) for entry in entries]
    return sorted(entries, key=key, reverse="r" in found)


def _timed(folder, entry):
    """Return an entry with its time, which some file systems tell only of a file by name."""
    if entry[2] is not None:
        return entry
    when = paths.stat(paths.join(folder, entry[0]))[_MODIFIED]
    return entry[0], entry[1], when, entry[3]
