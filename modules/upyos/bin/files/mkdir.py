# SPDX-License-Identifier: MIT
"""mkdir [-p] DIR...

Make directories.

-p  make missing parents too; a directory that exists is fine

Source: POSIX.1-2024 mkdir. Not provided: -m.
"""

import os

from micropython import const
from upyos.lib import paths
from upyos.lib.command import fail, operands, options

_ENOTDIR = const(20)


def _make_all(path):
    """Make a directory and its parents."""
    missing = []
    while not paths.exists(path):
        missing.append(path)
        path = paths.split(path)[0]
    if not paths.is_dir(path):
        raise OSError(_ENOTDIR)
    while missing:
        os.mkdir(missing.pop())


def __main__(args):
    found, names = options(args, "p")
    operands(names, 1)
    make = _make_all if "p" in found else os.mkdir
    status = 0
    for name in names:
        try:
            make(paths.named(name))
        except OSError as e:
            status = fail(name, e)
    return status
