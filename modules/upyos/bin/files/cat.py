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
from upyos.lib.command import options, write_all

_LF = const(10)


def _numbered(stream):
    """Write the lines of a stream with their numbers; return the last byte."""
    last = [_LF]

    def lines():
        number = 0
        for line in stream:
            number += 1
            last[0] = line[-1]
            yield b"%d " % number + line

    write_all(lines())
    return last[0]


def __main__(args):
    found, names = options(args, "nf")
    block = None if "n" in found else streams.new_block()

    def show(stream, name):
        if "f" in found:
            print(name)
        last = _numbered(stream) if block is None else streams.show(stream, block)
        streams.complete(last)

    return streams.each(names, show)
