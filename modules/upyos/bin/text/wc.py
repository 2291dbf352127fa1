# SPDX-License-Identifier: MIT
"""wc [-l] [-w] [-c] [FILE...]

Count the lines, words and bytes of each FILE; with no FILE, or -, those of standard input. They
are printed in this order, then the name; of several files the sum too. A word is what stands
between blanks, tabs and other white space.

-l  count lines (newlines)
-w  count words
-c  count bytes

Without an option all three.

Source: POSIX.1-2024 wc. Not provided: -m.
"""

import _upyos
from micropython import const
from upyos.lib import streams
from upyos.lib.command import options

_BLANK = const(32)


def _measure(stream, block):
    """Return (lines, words, bytes) of a stream."""
    lines = words = size = 0
    last = _BLANK
    while count := stream.readinto(block):
        more = _upyos.count_text(block[:count], last)
        lines += more[0]
        words += more[1]
        size += count
        last = block[count - 1]
    return lines, words, size


def _print(numbers, wanted, name):
    texts = [str(numbers[i]) for i, letter in enumerate("lwc") if letter in wanted]
    if name is not None:
        texts.append(name)
    print(" ".join(texts))


def __main__(args):
    found, names = options(args, "lwc")
    wanted = found or "lwc"
    total = [0, 0, 0]
    block = streams.new_block()

    def count(stream, name):
        numbers = _measure(stream, block)
        for i in range(len(total)):
            total[i] += numbers[i]
        _print(numbers, wanted, name if names else None)

    status = streams.each(names, count)
    if len(names) > 1:
        _print(total, wanted, "total")
    return status
