# SPDX-License-Identifier: MIT
"""Sizes as text. Pure: runs on CPython too."""


def human(size):
    """Return a number of bytes in 8 characters: `   2.00K`."""
    if size <= 1024:
        return "%7d " % size
    power = 0
    while power == 0 or size >= 1024 and power < 4:
        size /= 1024
        power += 1
    return "%7.2f%s" % (size, " KMGT"[power])
