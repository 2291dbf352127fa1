# SPDX-License-Identifier: MIT
"""umount DIR...

Take the file system at DIR away: its card may be pulled out then.

Source: umount of other systems.
"""

import vfs
from upyos.lib import paths
from upyos.lib.command import fail, operands, options


def _umount(name):
    """Raise OSError if it is not possible."""
    path = paths.named(name)
    if path not in [place for _, place in vfs.mount()]:
        return fail(name, "not mounted")
    if path == "/" or paths.within(".", path):
        return fail(name, "busy")
    vfs.umount(path)
    return 0


def __main__(args):
    names = options(args, "")[1]
    operands(names, 1)
    status = 0
    for name in names:
        try:
            status = _umount(name) or status
        except OSError as e:
            status = fail(name, e)
    return status
