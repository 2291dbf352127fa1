# SPDX-License-Identifier: MIT
"""du [-s] [-h] [P...]

Print how many bytes the files below each P (default: the current directory) have: a line for each
directory, P last.

-s  the line of P only
-h  sizes readable: 2.00K

Source: POSIX.1-2024 du, in bytes of content, not in blocks. Not provided: -a, -x.
"""

from micropython import const
from upyos.lib import files, paths
from upyos.lib.command import fail, options, write_all

_DIRECTORY = const(0x4000)
_SIZE = const(6)


def _size(size, found):
    """Return a size in bytes as text."""
    if "h" not in found:
        return str(size)
    from upyos.lib.sizes import human

    return human(size).strip()


def _rows(name, found):
    """Yield the lines of one operand."""
    top = paths.named(name)
    info = paths.stat(top)
    if info[0] & _DIRECTORY == 0:
        yield _size(info[_SIZE], found) + " " + name + "\n"
        return
    skip = len(paths.join(top, ""))
    # bytes seen in each directory that is not done, top first
    sums = [0]
    for path, entry in files.tree(top):
        if entry is None:
            total = sums.pop()
            if sums:
                sums[-1] += total
            if not sums or "s" not in found:
                shown = paths.join(name, path[skip:]) if sums else name
                yield _size(total, found) + " " + shown + "\n"
        elif entry[1] == _DIRECTORY:
            sums.append(0)
        else:
            sums[-1] += entry[3]


def __main__(args):
    found, names = options(args, "sh")
    status = 0
    for name in names or (".",):
        try:
            write_all(_rows(name, found))
        except OSError as e:
            status = fail(name, e)
    return status
