# SPDX-License-Identifier: MIT
"""ntpupdate HOST[:PORT]

Set the clock from the time server HOST (PORT 123) plus $TZ hours, and print the new time. What
counts from the start (uptime, ps) goes on counting right. The server has 5 s to answer.

Source: RFC 4330 (SNTP).
"""

import time

import sdata
from micropython import const
from upyos.lib import clock, dates, sntp
from upyos.lib.command import UsageError, fail, number, operands, options

_LIMIT_MS = const(5000)
_MOST_PORT = const(65535)
# UTC+14 is the furthest there is (IANA time zone database, Pacific/Kiritimati)
_MOST_HOURS = const(14)
# From 1900 to the epochs that ports of MicroPython have (RFC 868 has the first one)
_TO_1970_S = const(2208988800)
_TO_2000_S = const(3155673600)


def _split(word):
    """Return (host, port). Raises UsageError."""
    host, colon, port = word.partition(":")
    if not colon:
        return word, sntp.PORT
    found = number(port)
    if not host or not 0 < found <= _MOST_PORT:
        raise UsageError
    return host, found


def _zone_s():
    """Return the hours of $TZ in seconds; 0, after a warning, if they are none."""
    value = sdata.sysconfig["env"].get("TZ", "")
    if value == "":
        return 0
    try:
        hours = float(value)
        # not true for nan either
        if -_MOST_HOURS <= hours <= _MOST_HOURS:
            return round(hours * 3600)
    except (ValueError, TypeError):
        hours = value
    fail("$TZ", "%s: no number of hours, 0 is used" % hours)
    return 0


def _local(seconds):
    """Return a time since 1900, UTC, as time.time() of this place would count it."""
    since = _TO_1970_S if time.gmtime(0)[0] == 1970 else _TO_2000_S
    return seconds - since + _zone_s()


def __main__(args):
    _, words = options(args, "")
    operands(words, 1, 1)
    host, port = _split(words[0])
    try:
        now = _local(sntp.ask(host, port, _LIMIT_MS))
    except ImportError:
        return fail(host, "no network")
    except (OSError, ValueError) as e:
        return fail(host, e)
    print(dates.date(now), dates.clock(now))
    try:
        clock.set_time(now)
    except OSError as e:
        return fail("clock", e)
    return 0
