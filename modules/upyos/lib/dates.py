# SPDX-License-Identifier: MIT
"""Times as text. Pure: runs on CPython too."""

import time

WEEKDAY = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTH = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def clock(moment):
    """Return `HH:MM:SS` of a time in seconds."""
    return "%02d:%02d:%02d" % time.localtime(moment)[3:6]


def time_of_day(seconds):
    """Return `HH:MM:SS` of a number of seconds, whole days left out."""
    return "%02d:%02d:%02d" % (seconds // 3600 % 24, seconds // 60 % 60, seconds % 60)


def elapsed(seconds):
    """Return a number of seconds as days, right-aligned to 3, and `HH:MM:SS`."""
    return "%3dd %s" % (seconds // 86400, time_of_day(seconds))


def stamp(moment):
    """Return `YYYY-MM-DD HH:MM:SS` of a time in seconds."""
    return "%04d-%02d-%02d %02d:%02d:%02d" % time.localtime(moment)[:6]


def date(moment):
    """Return `Www DD/Mmm/YYYY` of a time in seconds."""
    year, month, day, _, _, _, weekday = time.localtime(moment)[:7]
    return "%s %02d/%s/%04d" % (WEEKDAY[weekday], day, MONTH[month], year)
