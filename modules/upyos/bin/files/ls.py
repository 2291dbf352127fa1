# SPDX-License-Identifier: MIT
"""ls [-hasknd1l] [P...]

List directories and files, sorted by name: type, mode, size in bytes, time of the last change,
name. r- in the mode stands for a protected file, x for a program or a script.

-h  sizes readable: 2.00K
-a  names that begin with a dot too
-s  what is in subdirectories too
-k  no total
-n  the total only
-d  dates as YYYY-MM-DD
-1  names only, one a line, no total
-l  accepted: the long form is the only one

Source: upyOS; not the formats of POSIX.1-2024 ls.
"""

import os
import time

from micropython import const
from upyos.lib import files, paths
from upyos.lib.command import fail, options
from upyos.lib.dates import MONTH

_DIRECTORY = const(0x4000)
_MODIFIED = const(8)


def _size(size, found):
    """Return a size in bytes as text."""
    if "h" not in found:
        return size
    from utls import human

    return human(size)


def _time(path, entry):
    """Return the time of the last change; only littlefs tells it with the entry."""
    return os.stat(path)[_MODIFIED] if entry[2] is None else entry[2]


def _row(path, entry, name, protected, found):
    """Print the line of one entry."""
    if "1" in found:
        print(name)
        return
    year, month, day, hour, minute, second = time.localtime(_time(path, entry))[:6]
    day = "%04d-%02d-%02d" % (year, month, day) if "d" in found else MONTH[month] + " %02d" % day
    kind = " "
    mark = "-"
    if entry[1] == _DIRECTORY:
        kind = "d"
    elif name[-3:] in (".py", ".sh") or name[-4:] == ".mpy":
        mark = "x"
    mode = "r-" if path in protected else "rw"
    size = _size(entry[3], found) if "h" in found else entry[3]
    print(kind + mode + mark, size, day, "%02d:%02d:%02d" % (hour, minute, second), name)


def _directory(top, protected, found):
    """List a directory; with -s the names below it are relative to it."""
    total = 0
    skip = len(paths.join(top, ""))
    pending = [top]
    while pending:
        folder = pending.pop()
        below = []
        for entry in files.entries(folder):
            if entry[0][0] == "." and "a" not in found:
                continue
            total += entry[3]
            path = paths.join(folder, entry[0])
            if "n" not in found:
                _row(path, entry, path[skip:], protected, found)
            if entry[1] == _DIRECTORY and "s" in found:
                below.append(path)
        below.reverse()
        pending += below
    return total


def _list(operand, protected, found):
    """List one operand."""
    path = paths.absolute(operand)
    info = os.stat(path)
    if info[0] & _DIRECTORY == 0:
        _row(path, (path, info[0], info[_MODIFIED], info[6]), operand, protected, found)
        return
    total = _directory(path, protected, found)
    if "1" not in found and "k" not in found:
        print("\nTotal %s: %s bytes" % (paths.join(path, ""), str(_size(total, found)).strip()))


def __main__(args):
    found, operands = options(args, "hasknd1l")
    protected = paths.protected_paths()
    status = 0
    for operand in operands or (".",):
        try:
            _list(operand, protected, found)
        except OSError as e:
            status = fail(operand, e)
    return status
