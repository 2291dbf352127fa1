# SPDX-License-Identifier: MIT
"""df [-h] [DIR]

Print the space of the file system that holds DIR (default: the current directory) in bytes:
total, used, free, and free in percent. To a variable: a dict with the keys total, used, free, %.

-h  sizes readable: 2.00K

Source: upyOS; not the format of POSIX.1-2024 df.
"""

import os

from micropython import const
from upyos.lib import paths
from upyos.lib.command import fail, operands, options, result

_ENOTDIR = const(20)
_DIRECTORY = const(0x4000)


def _space(folder):
    """Return (total, free) of the file system that holds folder, in bytes."""
    if os.stat(folder)[0] & _DIRECTORY == 0:
        raise OSError(_ENOTDIR)
    info = os.statvfs(folder)
    return info[1] * info[2], info[1] * info[3]


def __main__(args):
    found, names = options(args, "h")
    operands(names, 0, 1)
    folder = names[0] if names else os.getcwd()
    try:
        total, free = _space(paths.named(folder))
    except OSError as e:
        return fail(folder, e)
    share = free * 1000 // total / 10 if total else 0.0
    sizes = [total, total - free, free]
    if "h" in found:
        from upyos.lib.sizes import human

        sizes = [human(size).strip() for size in sizes]
    text = "Total: %s\nUsed: %s\nFree: %s\n%% free: %.1f" % tuple(sizes + [share])
    result({"total": total, "used": total - free, "free": free, "%": share}, text)
