# SPDX-License-Identifier: MIT
"""sleep S

Wait S seconds, fractions allowed. Background tasks go on; kill ends the wait.
"""

import time

from micropython import const
from upyos import state
from upyos.lib import command

proc = None

_STEP_MS = const(50)


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 1, 1)
    try:
        wait_ms = int(float(rest[0]) * 1000)
    except (ValueError, OverflowError):
        raise command.UsageError
    if wait_ms < 0:
        raise command.UsageError
    start_ms = time.ticks_ms()
    while wait_ms > 0 and proc.sts != "S":
        step_ms = min(wait_ms, _STEP_MS)
        if state.loop and not proc.isthr:
            step_ms = min(step_ms, max(1, state.loop()))
        time.sleep_ms(step_ms)
        now_ms = time.ticks_ms()
        wait_ms -= time.ticks_diff(now_ms, start_ms)
        start_ms = now_ms
