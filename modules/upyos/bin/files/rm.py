# SPDX-License-Identifier: MIT
"""rm [-rR] [-f] [-i] P...

Remove files; a directory goes with its content after a question, which y answers. With no console
to ask, the answer is no.

-r, -R  do not ask for directories
-f  never ask; what is missing is fine
-i  ask for each P

Source: POSIX.1-2024 rm; unlike there a directory needs no -r.
"""

import os

from micropython import const
from upyos.lib import files, paths
from upyos.lib.command import ask, fail, operands, options

_EBUSY = const(16)
_ENOENT = const(2)


def _remove(name, found):
    """Remove one operand; return the status."""
    if not paths.exists(name):
        return 0 if "f" in found else fail(name, OSError(_ENOENT))
    path = paths.absolute(name)
    # before the question: the answer would not matter
    paths.guard(path)
    if path == "/":
        raise OSError(_EBUSY)
    folder = paths.is_dir(path)
    asks = "i" in found or folder and "r" not in found and "R" not in found
    if asks and "f" not in found and not ask("Remove %s? (y/N) " % name):
        return fail(name, "not removed") if folder else 0
    if folder:
        files.remove_tree(path)
    else:
        os.remove(path)
    return 0


def __main__(args):
    found, names = options(args, "rRfi")
    operands(names, 0 if "f" in found else 1)
    status = 0
    for name in names:
        try:
            status |= _remove(name, found)
        except OSError as e:
            status = fail(name, e)
    return status
