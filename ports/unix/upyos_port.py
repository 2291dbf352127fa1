# SPDX-License-Identifier: MIT
"""What upyOS needs to know of the unix port: the OS as a process of the host."""

import os

import _upyos
import vfs
from micropython import const

NAME = "unix"

_BLOCK_BYTES = const(4096)
_RESET_STATUS = const(75)
_SEEK_END = const(2)

_IOCTL_SYNC = const(3)
_IOCTL_BLOCK_COUNT = const(4)
_IOCTL_BLOCK_SIZE = const(5)
_IOCTL_BLOCK_ERASE = const(6)


class FlashFile:
    """Block device in a file of the host, which is written through at once."""

    def __init__(self, path):
        self.file = vfs.VfsPosix().open(path, "r+b")
        self.count = self.file.seek(0, _SEEK_END) // _BLOCK_BYTES

    def readblocks(self, block, buf, off=0):
        self.file.seek(block * _BLOCK_BYTES + off)
        self.file.readinto(buf)

    def writeblocks(self, block, buf, off=0):
        self.file.seek(block * _BLOCK_BYTES + off)
        self.file.write(buf)

    def ioctl(self, request, block):
        if request == _IOCTL_BLOCK_COUNT:
            return self.count
        if request == _IOCTL_BLOCK_SIZE:
            return _BLOCK_BYTES
        if request == _IOCTL_BLOCK_ERASE:
            self.writeblocks(block, b"\xff" * _BLOCK_BYTES)
            return 0
        return 0 if request == _IOCTL_SYNC else None


def flash():
    """Return the block device of the file system; the host's own files disappear from view."""
    bdev = FlashFile(os.getenv("UPYOS_FLASH"))
    vfs.umount("/")
    return bdev


def _count_path():
    return os.getenv("UPYOS_FLASH") + ".boots"


def boot_count():
    """Return how many starts in a row did not reach the prompt."""
    try:
        with vfs.VfsPosix().open(_count_path(), "r") as file:
            return int(file.read())
    except (OSError, ValueError):
        return 0


def set_boot_count(count):
    """Remember a number over resets, in a file beside the image."""
    with vfs.VfsPosix().open(_count_path(), "w") as file:
        file.write(str(count))


def unique_id():
    """Return an id, bytes: a process has none of its own."""
    return b"upyOSsim"


def reset():
    """Leave the process; who started it starts it again at this status."""
    _upyos.leave(_RESET_STATUS)


soft_reset = reset


def frequency_hz():
    """Return 0: the clock of the host is not ours to know."""
    return 0


def temperature_c():
    """Return None: not measured."""
    return None


def timer(period_ms, callback):
    """Return None: a process has no timer, background tasks advance in sleeps and at the prompt."""
    return None
