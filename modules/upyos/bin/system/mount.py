# SPDX-License-Identifier: MIT
"""mount -r [DIR]

Mount the flash to save its files, when the start could not mount it: at DIR, /mnt by default.
That is in recovery mode. A directory that is damaged is an error of the command that reads it, the
others are whole. Nothing on the flash is changed, and every write is refused.

-r  to read only: there is no other way

Source: upyOS; a small part of the mount of other systems.
"""

from upyos.lib.command import UsageError, fail, operands, options
from upyos.start import mount


def __main__(args):
    found, names = options(args, "r")
    operands(names, 0, 1)
    if "r" not in found:
        raise UsageError
    folder = names[0] if names else "/mnt"
    try:
        mount.salvage(folder)
    except OSError as e:
        return fail(folder, e)
