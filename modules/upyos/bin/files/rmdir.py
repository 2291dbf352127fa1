# SPDX-License-Identifier: MIT
"""rmdir DIR...

Remove empty directories.

Source: POSIX.1-2024 rmdir. Not provided: -p.
"""

import os

from micropython import const
from upyos.lib import paths
from upyos.lib.command import fail, operands, options

_ENOTDIR = const(20)


def _remove(path):
    # littlefs removes a file by this call too
    if paths.is_file(path):
        raise OSError(_ENOTDIR)
    os.rmdir(path)


def __main__(args):
    names = options(args, "")[1]
    operands(names, 1)
    status = 0
    for name in names:
        try:
            _remove(paths.absolute(name))
        except OSError as e:
            status = fail(name, e)
    return status
