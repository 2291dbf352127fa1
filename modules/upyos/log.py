# SPDX-License-Identifier: MIT
"""The system log: a ring of lines in memory."""

import time

import sdata
from micropython import const

from upyos import console, state

_SIZE_BYTES = const(768)


def add(source, message):
    """Add a line, made of the time, its source and a message; the oldest lines give way."""
    now = time.localtime()
    line = "%02d:%02d:%02d %s: %s" % (now[3], now[4], now[5], source, message)
    if sdata.log:
        console.error(line)
    data = line.replace("\n", " ").encode()[: _SIZE_BYTES - 1] + b"\n"
    ring = state.log
    if ring is None:
        ring = state.log = bytearray(_SIZE_BYTES)
    # Lines are kept at the end of the buffer, zeros in front.
    ring[: -len(data)] = ring[len(data) :]
    ring[-len(data) :] = data
    _drop_cut_line(ring)


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
