# SPDX-License-Identifier: MIT
"""Waiting in a command. A process that is asked to stop waits no more; background tasks go on,
driven by their timer."""

import time

from micropython import const
from upyos import process

_STEP_MS = const(20)


def _never():
    return False


def until(ready, limit_ms=None):
    """Wait until ready() is true, limit_ms at most; return its last value."""
    proc = process.current()
    left_ms = limit_ms
    start_ms = time.ticks_ms()
    while True:
        value = ready()
        if value or proc and proc.sts == "S" or left_ms is not None and left_ms <= 0:
            return value
        time.sleep_ms(_STEP_MS if left_ms is None else min(left_ms, _STEP_MS))
        if left_ms is not None:
            # in steps: the difference of ticks is good for some days only
            now_ms = time.ticks_ms()
            left_ms -= time.ticks_diff(now_ms, start_ms)
            start_ms = now_ms


def pause(wait_ms):
    """Wait so long."""
    until(_never, wait_ms)
