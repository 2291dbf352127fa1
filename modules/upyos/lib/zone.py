# SPDX-License-Identifier: MIT
"""The time zone, $TZ: how many hours the clock of a board is ahead of UTC."""

import sdata
from micropython import const

# UTC+14 is the furthest there is (IANA time zone database, Pacific/Kiritimati)
_MOST_HOURS = const(14)


def offset_s(complain=None):
    """Return $TZ in seconds; 0, after complain(value), if it is no number of hours."""
    value = sdata.sysconfig["env"].get("TZ", "")
    if value == "":
        return 0
    try:
        value = float(value)
        # not true for nan either
        if -_MOST_HOURS <= value <= _MOST_HOURS:
            return round(value * 3600)
    except (ValueError, TypeError):
        pass
    if complain:
        complain(value)
    return 0


def utc(moment):
    """Return the parts of a moment of the clock, in UTC, as time.gmtime does."""
    import time

    import upyos_port

    return time.gmtime(max(0, moment - offset_s()) if upyos_port.LOCAL_CLOCK else moment)
