# SPDX-License-Identifier: MIT
"""mount [-r] [sd[BUS]] [DIR]

Mount an SD card on SPI bus BUS of the board (default 0) at DIR, /sd by default; without anything
list what is mounted. The card holds FAT, as other systems format it.

-r  to read only; without sd: the flash, in recovery mode, at /mnt by default

With -r alone the flash is mounted to save its files, when the start could not mount it. A
directory that is damaged is an error of the command that reads it, the others are whole. Nothing
on the flash is changed, and every write is refused.

Source: upyOS; a small part of the mount of other systems.
"""

import os

import vfs
from micropython import const
from upyos.lib import paths
from upyos.lib.command import UsageError, fail, operands, options

_EBUSY = const(16)
_KINDS = {"VfsLfs2": "littlefs2", "VfsLfs1": "littlefs1", "VfsFat": "fat", "VfsPosix": "host"}


def _list():
    for system, place in sorted(vfs.mount(), key=lambda mount: mount[1]):
        kind = type(system).__name__
        print("%s on %s" % (_KINDS.get(kind, kind), place))
    return 0


def _card(word, folder, read_only):
    """Mount the card that a word names; return the status."""
    from upyos.lib import hardware

    path = paths.named(folder)
    if path in [place for _, place in vfs.mount()]:
        raise OSError(_EBUSY)
    bus, pins = hardware.bus("spi", word[2:] or "0")
    import sdcard

    spi = hardware.driver("SPI")(bus, sck=pins["ck"], mosi=pins["mosi"], miso=pins["miso"])
    card = sdcard.SDCard(spi, pins["cs"])
    if not paths.is_dir(path):
        os.mkdir(path)
    vfs.mount(card, path, readonly=read_only)
    return 0


def __main__(args):
    found, names = options(args, "r")
    is_card = names and names[0][:2] == "sd" and "/" not in names[0]
    word = names.pop(0) if is_card else ""
    operands(names, 0, 1)
    if not args:
        return _list()
    if not is_card and "r" not in found:
        raise UsageError
    folder = names[0] if names else "/sd" if is_card else "/mnt"
    try:
        if is_card:
            return _card(word, folder, "r" in found)
        from upyos.start import mount

        mount.salvage(folder)
    except (OSError, ValueError) as e:
        return fail(word or folder, e)
