# SPDX-License-Identifier: MIT
"""The clock, and what is counted from it."""

import time

import sdata
import upyos_port


def set_time(now):
    """Set the clock, and move what is counted from it. Raises OSError, and nothing is moved."""
    change = now - int(time.time())
    upyos_port.set_time(now)
    sdata.initime += change
    for proc in sdata.procs:
        proc.stt += change
