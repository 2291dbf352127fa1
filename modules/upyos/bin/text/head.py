# SPDX-License-Identifier: MIT
"""head [-n N|-c N] [FILE...]

Copy the first N lines of each FILE to standard output; with no FILE, or -, those of standard
input. Several files get a line ==> FILE <== each. At the console a missing last newline is added,
else the bytes are exact.

-n N  how many lines (default 10); -5 is short for -n 5
-c N  the first N bytes instead

Source: POSIX.1-2024 head.
"""

import _upyos
from micropython import const
from upyos.lib import streams
from upyos.lib.command import UsageError, natural, options, write

_LF = const(10)


def _head(stream, count, block):
    """Write the first lines of a stream; return the last byte."""
    last = _LF
    while count and (size := stream.readinto(block)):
        ends = _upyos.lines_with(block[:size], b"\n")
        found = len(ends) // 2
        if found >= count:
            rest = size - ends[2 * count - 1]
            size -= rest
            found = count
            if rest and hasattr(stream, "seek"):
                # what reads on is to find the next line
                stream.seek(-rest, 1)
        count -= found
        write(block[:size])
        last = block[size - 1]
    return last


def _first(stream, count, block):
    """Write the first bytes of a stream; return the last one."""
    last = _LF
    while count and (size := stream.readinto(block[:count])):
        count -= size
        write(block[:size])
        last = block[size - 1]
    return last


def __main__(args):
    found, names = options(args, "", "nc", number="n")
    if len(found) > 1:
        raise UsageError
    count = natural(found.get("c") or found.get("n", "10"))
    block = streams.new_block()
    show = _first if "c" in found else _head
    return streams.excerpts(names, lambda stream: show(stream, count, block))
