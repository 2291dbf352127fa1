# SPDX-License-Identifier: MIT
"""What upyOS needs to know of the unix port: the OS as a process of the host."""

import os

import _upyos
import vfs
from micropython import const

NAME = "unix"
# The host has the clock, and it counts UTC.
LOCAL_CLOCK = False
# As on rp2, so that both run the same code.
PROG_BYTES = 256
# Peers that wait until a service accepts them. Linux answers more and forgets that they are there.
BACKLOG = 128

_RESET_STATUS = const(75)
_EPERM = const(1)
_ENODEV = const(19)
_SEND_BYTES = const(16384)


def flash():
    """Return the block device of the file system; the host's own files disappear from view."""
    bdev = _upyos.Flash(os.getenv("UPYOS_FLASH"))
    vfs.umount("/")
    return bdev


def _count_path():
    return os.getenv("UPYOS_FLASH") + ".boots"


def boot_count():
    """Return how many starts in a row failed."""
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


def set_frequency_hz(frequency_hz):
    """Raise OSError: the clock of the host is not ours."""
    raise OSError(_EPERM)


def set_time(moment):
    """Raise OSError: the clock of the host is not ours."""
    raise OSError(_EPERM)


def temperature_c():
    """Return None: not measured."""
    return None


def timer(period_ms, callback):
    """Call callback() on the main thread every period_ms; callback None stops."""
    _upyos.on_tick(period_ms, callback)


def once(delay_ms, callback):
    """Raise OSError: there is no timer beside that of background tasks."""
    raise OSError(_ENODEV)


def watchdog(timeout_ms):
    """Raise OSError: a process has none."""
    raise OSError(_ENODEV)


def pin(gpio):
    """Raise OSError: a process has none."""
    raise OSError(_ENODEV)


def prepare(sock):
    """Make a socket what it is on a board: it keeps little that the peer does not take yet."""
    import socket

    # SO_SNDBUF of Linux (socket(7)), which has twice as much
    sock.setsockopt(socket.SOL_SOCKET, 7, _SEND_BYTES)
