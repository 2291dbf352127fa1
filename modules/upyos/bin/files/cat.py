# SPDX-License-Identifier: MIT
"""cat [-n] [-f] [FILE...]

Copy each FILE to standard output; with no FILE, or -, standard input. At the console a missing
last newline is added, else the bytes are exact.

-n  number the lines of each FILE, from 1
-f  put the name of each FILE on a line before it

Source: POSIX.1-2024 cat; -n as in common use, -f is ours.
"""

from micropython import const
from upyos.lib import streams
from upyos.lib.command import options, write

_LF = const(10)


def _numbered(stream):
    """Write the lines of a stream with their numbers; return the last byte."""
    number = 0
    last = _LF
    for line in stream:
        number += 1
        write(str(number) + " ")
        write(line)
        last = line[-1]
    return last


def __main__(args):
    found, names = options(args, "nf")
    block = None if "n" in found else streams.new_block()

    def show(stream, name):
        if "f" in found:
            print(name)
        last = _numbered(stream) if block is None else streams.show(stream, block)
        streams.complete(last)

    return streams.each(names, show)
