# SPDX-License-Identifier: MIT
"""The system log: a ring of lines in memory, and a file if the user made a directory for it.

Where there is /var/log, each line is appended to /var/log/messages too, at once: what was logged
before a crash is there after it. That costs the flash one erased block (4 KiB) a line, taken in
turn from all free blocks. Beyond 8 KiB the file becomes messages.0, in place of the one before.
"""

import os
import time

import sdata
from micropython import const
from upyos import console, state

_SIZE_BYTES = const(768)
_FOLDER = const("/var/log")
_FILE = const("/var/log/messages")
_OLDER = const("/var/log/messages.0")
_FILE_BYTES = const(8192)
_END = const(2)


def add(source, message):
    """Add a line, made of the time, its source and a message; the oldest lines give way."""
    now = time.localtime()[:6]
    line = "%04d-%02d-%02d %02d:%02d:%02d %s: %s" % (now + (source, message))
    data = _cut(line.replace("\n", " ").encode()) + b"\n"
    # the ring has the time without the date
    short = memoryview(data)[11:]
    if sdata.log:
        console.error(line[11:])
    ring = state.log
    if ring is None:
        ring = state.log = bytearray(_SIZE_BYTES)
    # Lines are kept at the end of the buffer, zeros in front.
    ring[: -len(short)] = ring[len(short) :]
    ring[-len(short) :] = short
    _drop_cut_line(ring)
    try:
        _append(data)
    except (OSError, MemoryError):
        # no room, protected, damaged: the line is in memory
        return


def _cut(data):
    """Return as many bytes of whole characters as the ring can take with a newline."""
    end = _SIZE_BYTES - 1
    while end < len(data) and data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end]


def _append(data):
    """Write a line to the file, if it is wanted.

    A power cut leaves the file with or without the line, under one of its two names. Raises
    OSError, EACCES if one of them is protected.
    """
    from upyos.lib import paths

    if not paths.is_dir(_FOLDER) or sdata.sysconfig is None:
        return
    paths.guard(_FILE)
    paths.guard(_OLDER)
    with open(_FILE, "ab") as file:
        size = file.seek(0, _END)
        # Where it cannot be renamed, it does not grow for ever. Without a branch: what logs too
        # in a tick or a thread would come in between, and one of the lines would be lost.
        size += file.write(data[: len(data) * (size <= _FILE_BYTES)])
    if size > _FILE_BYTES:
        os.rename(_FILE, _OLDER)


def _drop_cut_line(ring):
    """Clear what the newest line left of the oldest one."""
    if ring[0]:
        end = ring.find(b"\n") + 1
        ring[:end] = bytes(end)


def lines():
    """Return the log as text."""
    return bytes(state.log).lstrip(b"\0").decode() if state.log else ""


def clear():
    """Forget all lines."""
    state.log = None
