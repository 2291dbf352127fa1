# SPDX-License-Identifier: MIT
"""stat P...

Print name, size in bytes, type and time of the last change of files and directories.

Source: upyOS; not the format of GNU coreutils stat.
"""

from micropython import const
from upyos.lib import paths
from upyos.lib.command import fail, operands, options
from upyos.lib.dates import stamp

_DIRECTORY = const(0x4000)
_SIZE = const(6)
_MODIFIED = const(8)
_LINES = const("File: %s\nSize: %d\nType: %s\nModified: %s")


def __main__(args):
    names = options(args, "")[1]
    operands(names, 1)
    status = 0
    for name in names:
        try:
            info = paths.stat(name)
        except OSError as e:
            status = fail(name, e)
            continue
        # the size that MicroPython gives for a directory is whatever was in memory
        size, kind = (0, "directory") if info[0] & _DIRECTORY else (info[_SIZE], "file")
        print(_LINES % (name, size, kind, stamp(info[_MODIFIED])))
    return status
