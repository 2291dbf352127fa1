# SPDX-License-Identifier: MIT
"""cut -c LIST | [-d C] -f LIST [FILE...]

Print parts of each line of each FILE; with no FILE, or -, of standard input. LIST names them by
number, from 1: 1,3-5,7- (-3 is 1-3). They are printed in the order they have in the line, each
once; every line that is printed ends with a newline.

-c LIST  characters (UTF-8)
-f LIST  fields, joined by C; a line without C stays whole
-d C     the character between fields (default: tab)

Source: POSIX.1-2024 cut. Not provided: -b, -n, -s.
"""

import _upyos
from micropython import const
from upyos.lib import streams
from upyos.lib.command import UsageError, natural, options, write

_MOST = const(0x3FFFFFFF)


def _range(text):
    """Return (first, last) of one part of LIST."""
    first, dash, last = text.partition("-")
    if not first and not last:
        raise UsageError("bad list")
    first = min(natural(first), _MOST) if first else 1
    if last:
        last = min(natural(last), _MOST)
    else:
        last = _MOST if dash else first
    if not 0 < first <= last:
        raise UsageError("bad list")
    return first, last


def _ranges(text):
    """Return LIST as [first, last, first, last...], rising."""
    found = []
    for first, last in sorted([_range(part) for part in text.split(",")]):
        if found and first <= found[-1]:
            found[-1] = max(last, found[-1])
        else:
            found += (first, last)
    return found


def __main__(args):
    found, names = options(args, "", "cdf")
    delimiter = found.get("d", "" if "c" in found else "\t")
    if ("c" in found) == ("f" in found) or len(delimiter) != ("f" in found):
        raise UsageError
    ranges = _ranges(found.get("c") or found.get("f") or "")

    def cut(stream, name):
        for batch in streams.batches(stream):
            write(_upyos.cut(batch, delimiter, ranges))

    return streams.each(names, cut)
