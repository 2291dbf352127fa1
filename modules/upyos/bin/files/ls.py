# SPDX-License-Identifier: MIT
"""ls [-hasknd1ltrS] [P...]

List directories and files, sorted by name: type, mode, size in bytes, time of the last change,
name. r- in the mode stands for a protected file, x for a program or a script. In /bin the commands
of the firmware are there too, with size 0.

-h  sizes readable: 2.00K
-a  names that begin with a dot too
-s  what is in subdirectories too
-k  no total
-n  the total only
-d  dates as YYYY-MM-DD
-1  names only, one a line, no total
-l  accepted: the long form is the only one
-t  sorted by time, newest first
-S  sorted by size, largest first
-r  the other way round

Source: upyOS; not the formats of POSIX.1-2024 ls.
"""

import time

from micropython import const
from upyos.lib import files, paths
from upyos.lib.command import fail, options, write, write_all
from upyos.lib.dates import MONTH

_DIRECTORY = const(0x4000)
_MODIFIED = const(8)
# As in lib.listing.
_FROZEN = const(0)


def _size(size, found):
    """Return a size in bytes as text."""
    if "h" not in found:
        return str(size)
    from upyos.lib.sizes import human

    return human(size)


def _row(name, entry, path, mode, found):
    """Return the line of one entry; path is where it is, if its time must be asked for."""
    if "1" in found:
        return name + "\n"
    when = entry[2]
    if when is None:
        when = paths.stat(path)[_MODIFIED]
    year, month, day, hour, minute, second = time.localtime(when)[:6]
    kind = "d" if entry[1] == _DIRECTORY else " "
    runs = name[-3:] in (".py", ".sh") or name[-4:] == ".mpy" or entry[1] == _FROZEN
    mark = "x" if kind == " " and runs else "-"
    size = _size(entry[3], found) if "h" in found else entry[3]
    if "d" in found:
        form = "%s%s%s %s %04d-%02d-%02d %02d:%02d:%02d %s\n"
        return form % (kind, mode, mark, size, year, month, day, hour, minute, second, name)
    form = "%s%s%s %s %s %02d %02d:%02d:%02d %s\n"
    return form % (kind, mode, mark, size, MONTH[month], day, hour, minute, second, name)


def _rows(folder, prefix, entries, found):
    """Yield the lines of entries of a directory, names with prefix before them."""
    folder = paths.join(folder, "")
    guarded = [path for path in paths.protected_paths() if path.startswith(folder)]
    for entry in entries:
        path = folder + entry[0]
        mode = "r-" if entry[1] == _FROZEN or guarded and path in guarded else "rw"
        yield _row(prefix + entry[0], entry, path, mode, found)


def _folder(folder, prefix, below, found):
    """List one directory, names with prefix before them; return the bytes of its files.

    Its directories go into the list below.
    """
    entries = files.entries(folder)
    if "a" not in found:
        entries = [entry for entry in entries if entry[0][0] != "."]
    if folder == "/bin" or "t" in found or "S" in found or "r" in found:
        from upyos.lib import listing

        if folder == "/bin":
            entries = listing.with_frozen(entries)
        entries = listing.ordered(folder, entries, found)
    if "n" not in found:
        write_all(_rows(folder, prefix, entries, found))
    if below is not None:
        below += [paths.join(folder, entry[0]) for entry in entries if entry[1] == _DIRECTORY]
    return sum([entry[3] for entry in entries])


def _tree(top, found):
    """List a directory and all below it, names relative to it; return the bytes of all files."""
    total = 0
    skip = len(paths.join(top, ""))
    pending = [top]
    while pending:
        folder = pending.pop()
        below = []
        total += _folder(folder, folder[skip:] and folder[skip:] + "/", below, found)
        below.reverse()
        pending += below
    return total


def _list(operand, found):
    """List one operand."""
    path = paths.named(operand)
    info = paths.stat(path)
    if info[0] & _DIRECTORY == 0:
        mode = "r-" if paths.protected(path) else "rw"
        write(_row(operand, (path, info[0], info[_MODIFIED], info[6]), path, mode, found))
        return
    total = _tree(path, found) if "s" in found else _folder(path, "", None, found)
    if "1" not in found and "k" not in found:
        write("\nTotal %s: %s bytes\n" % (paths.join(path, ""), _size(total, found).strip()))


def __main__(args):
    found, operands = options(args, "hasknd1ltrS")
    status = 0
    for operand in operands or (".",):
        try:
            _list(operand, found)
        except OSError as e:
            status = fail(operand, e)
    return status
