# SPDX-License-Identifier: MIT
"""rmdir DIR...

Remove empty directories.

Source: POSIX.1-2024 rmdir. Not provided: -p.
"""

import os

from micropython import const
from upyos.lib import paths
from upyos.lib.command import fail, operands, options

_ENOENT = const(2)
_ENOTDIR = const(20)


def _remove(name):
    # littlefs removes a file by this call too
    if not paths.is_dir(name):
        raise OSError(_ENOTDIR if paths.exists(name) else _ENOENT)
    os.rmdir(paths.absolute(name))


def __main__(args):
    names = options(args, "")[1]
    operands(names, 1)
    status = 0
    for name in names:
        try:
            _remove(name)
        except OSError as e:
            status = fail(name, e)
    return status
