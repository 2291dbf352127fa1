# SPDX-License-Identifier: MIT
"""date [-d|-t] [-s TIME]

Print date and time: Www DD/Mmm/YYYY HH:MM:SS. To a variable: the same text.

-d       the date only
-t       the time only
-s TIME  set the clock first: YYYY-MM-DD HH:MM:SS, or one of the two, as one word; the seconds may
         be left out. What counts from the start (uptime, ps) goes on counting right

Source: upyOS; not the format of POSIX.1-2024 date.
"""

import time

from upyos.lib import dates
from upyos.lib.command import UsageError, fail, operands, options, result


def _numbers(text, sign):
    """Return the numbers in a text, as many as there are. Raises ValueError."""
    parts = text.split(sign)
    if not all([part.isdigit() for part in parts]):
        raise ValueError
    return [int(part) for part in parts]


def _moment(text):
    """Return the time that a text names. Raises ValueError."""
    day = list(time.localtime()[:3])
    clock = list(time.localtime()[3:6])
    for part in text.replace("T", " ").split(" "):
        if ":" in part:
            clock = _numbers(part, ":") + [0]
        else:
            day = _numbers(part, "-")
    if len(day) != 3 or not 3 <= len(clock) <= 4:
        raise ValueError
    wanted = tuple(day + clock[:3])
    moment = int(time.mktime(wanted + (0, 0)))
    # 31 February and 25:00 are other times than they say
    if time.localtime(moment)[:6] != wanted:
        raise ValueError
    return moment


def _set(text):
    """Set the clock; return the status."""
    from upyos.lib import clock

    try:
        moment = _moment(text)
    except (ValueError, OverflowError):
        return fail(text, "no time")
    try:
        clock.set_time(moment)
    except OSError as e:
        return fail("clock", e)
    return 0


def __main__(args):
    found, names = options(args, "dt", "s")
    operands(names, 0, 0)
    if "d" in found and "t" in found:
        raise UsageError
    if "s" in found and _set(found["s"]):
        return 1
    now = time.time()
    parts = []
    if "t" not in found:
        parts.append(dates.date(now))
    if "d" not in found:
        parts.append(dates.clock(now))
    result(" ".join(parts))
