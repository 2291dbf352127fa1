# SPDX-License-Identifier: MIT
"""Mount the file system; never format a flash that holds anything."""

import os

import _upyos
import upyos_port
import vfs
from micropython import const

_RAM_BLOCKS = const(32)
_RAM_BLOCK_BYTES = const(256)

_EBUSY = const(16)
_IOCTL_BLOCK_COUNT = const(4)
_IOCTL_BLOCK_SIZE = const(5)
_IOCTL_BLOCK_ERASE = const(6)


class RamBlocks:
    """Block device in memory: count blocks, of which the first `kept` exist."""

    def __init__(self, count, size_bytes, kept):
        self.count = count
        self.size_bytes = size_bytes
        self.data = bytearray(b"\xff" * (kept * size_bytes))

    def readblocks(self, block, buf, off=0):
        off += block * self.size_bytes
        buf[:] = self.data[off : off + len(buf)]

    def writeblocks(self, block, buf, off=0):
        off += block * self.size_bytes
        self.data[off : off + len(buf)] = buf

    def ioctl(self, request, block):
        if request == _IOCTL_BLOCK_COUNT:
            return self.count
        if request == _IOCTL_BLOCK_SIZE:
            return self.size_bytes
        if request == _IOCTL_BLOCK_ERASE:
            # programming sets bits here, so an erase has nothing to do
            return 0
        return None


def mount(bdev):
    """Mount the file system of bdev at /, format it first if the flash is blank.

    What cannot be mounted stays as it is: / is a RAM disk then, state.recovery is (why, bdev).
    A power cut while formatting leaves a flash that still counts as blank.
    """
    try:
        vfs.mount(vfs.VfsLfs2(bdev, progsize=upyos_port.PROG_BYTES), "/")
        _complete_rename()
        return
    except OSError as exc:
        error = exc
    if is_blank(bdev):
        format(bdev)
        vfs.mount(vfs.VfsLfs2(bdev, progsize=upyos_port.PROG_BYTES), "/")
        return
    from upyos import state

    state.recovery = error, bdev
    mount_ram()


def _complete_rename():
    """Let littlefs finish a rename across directories that a power cut interrupted.

    It does so at its first change only, and until then hides one entry too many of the directory
    (littlefs 2.11). Removing what is not there is such a change, and writes nothing else.
    """
    try:
        os.remove("/.absent")
    except OSError:
        pass


def salvage(folder):
    """Mount at folder, to read only, the flash that the start could not mount.

    A directory that cannot be read does not matter but to who reads it. Raises OSError: EBUSY if
    the flash, or anything at folder, is mounted; what keeps the root from being read.
    """
    from upyos import state
    from upyos.lib import paths

    folder = paths.named(folder)
    mounted = [path for _, path in vfs.mount()]
    if not state.recovery or folder in mounted or len(mounted) > 1:
        raise OSError(_EBUSY)
    _upyos.rescue(True)
    try:
        flash = vfs.VfsLfs2(state.recovery[1], progsize=upyos_port.PROG_BYTES)
    finally:
        _upyos.rescue(False)
    for _ in flash.ilistdir("/"):
        break
    if not paths.is_dir(folder):
        os.mkdir(folder)
    vfs.mount(flash, folder, readonly=True)


def mount_ram():
    """Mount an empty RAM disk at /."""
    ram = RamBlocks(_RAM_BLOCKS, _RAM_BLOCK_BYTES, _RAM_BLOCKS)
    vfs.VfsLfs2.mkfs(ram, readsize=16, progsize=16, lookahead=8)
    vfs.mount(vfs.VfsLfs2(ram, readsize=16, progsize=16, lookahead=8), "/")


def format(bdev):
    """Make an empty file system: all content is lost.

    The superblocks are erased first: so every interrupted format writes the same bytes, and
    is_blank can tell its remains from a damaged file system.
    """
    bdev.ioctl(_IOCTL_BLOCK_ERASE, 0)
    bdev.ioctl(_IOCTL_BLOCK_ERASE, 1)
    vfs.VfsLfs2.mkfs(bdev, progsize=upyos_port.PROG_BYTES)


def is_blank(bdev):
    """Return True if the flash is erased, but for what an interrupted format may have written.

    A format writes blocks 0 and 1. Programming only clears bits, so at every moment of it each bit
    that is set in the finished blocks is set in the real ones too.
    """
    size_bytes = bdev.ioctl(_IOCTL_BLOCK_SIZE, 0)
    count = bdev.ioctl(_IOCTL_BLOCK_COUNT, 0)
    buf = bytearray(size_bytes)
    erased = b"\xff" * size_bytes
    for block in range(2, count):
        bdev.readblocks(block, buf)
        if buf != erased:
            return False
    made = RamBlocks(count, size_bytes, 2)
    vfs.VfsLfs2.mkfs(made, progsize=upyos_port.PROG_BYTES)
    for block in range(2):
        bdev.readblocks(block, buf)
        wanted = made.data[block * size_bytes : (block + 1) * size_bytes]
        if not _only_cleared_towards(buf, wanted):
            return False
    return True


def _only_cleared_towards(data, goal):
    """Return True if data can become goal by clearing bits."""
    goal_bits = int.from_bytes(goal, "little")
    return int.from_bytes(data, "little") & goal_bits == goal_bits
