# SPDX-License-Identifier: MIT
"""df [-h] [DIR]

Print the space of the file system that holds DIR (default: the current directory) in bytes:
total, used, free, and free in percent. To a variable: a dict with the keys total, used, free, %.
Without DIR all other file systems that are mounted follow, each under a line with its directory.

-h  sizes readable: 2.00K

Source: upyOS; not the format of POSIX.1-2024 df.
"""

import os

import vfs
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


def _text(total, free, found):
    """Return the four lines of a file system."""
    sizes = [total, total - free, free]
    if "h" in found:
        from upyos.lib.sizes import human

        sizes = [human(size).strip() for size in sizes]
    return "Total: %s\nUsed: %s\nFree: %s\n%% free: %.1f" % tuple(sizes + [_share(total, free)])


def _share(total, free):
    return free * 1000 // total / 10 if total else 0.0


def _others(folder, found):
    """Return the lines of the file systems that do not hold a folder."""
    mounted = sorted([mount[1] for mount in vfs.mount()], key=len)
    holding = [place for place in mounted if paths.within(folder, place)]
    text = ""
    for place in mounted:
        if place not in holding[-1:]:
            text += "\n\n%s:\n%s" % (place, _text(*_space(place), found))
    return text


def __main__(args):
    found, names = options(args, "h")
    operands(names, 0, 1)
    folder = names[0] if names else os.getcwd()
    try:
        folder = paths.named(folder)
        total, free = _space(folder)
        text = _text(total, free, found)
        if not names:
            text += _others(folder, found)
    except OSError as e:
        return fail(names[0] if names else folder, e)
    space = {"total": total, "used": total - free, "free": free, "%": _share(total, free)}
    result(space, text)
