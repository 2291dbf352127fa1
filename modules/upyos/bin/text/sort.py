# SPDX-License-Identifier: MIT
"""sort [-r] [-n] [-u] [-k N] [FILE...]

Print the lines of all FILEs in order; with no FILE, or -, those of standard input. The order is
that of their bytes; lines with equal keys are ordered so too. A missing last newline is added.

-r    the other way round
-n    by the number at the beginning: a sign -, digits, decimals; 0 if there is none
-u    of lines with equal keys the first only
-k N  the key begins at word N, from 1; words stand between blanks and tabs

All lines are kept in memory, with 4 bytes for each.

Source: POSIX.1-2024 sort. Not provided: an end of the key, -c, -d, -f, -i, -m, -o, -t.
"""

import _upyos
from micropython import const
from upyos.lib import streams
from upyos.lib.command import UsageError, fail, natural, options, write_all

_LF = const(10)


def _take(text, stream, name, block):
    """Append a stream to text. Without the memory for it all is over."""
    try:
        while count := stream.readinto(block):
            text.extend(block[:count])
        if text and text[-1] != _LF:
            text.append(_LF)
    except MemoryError as e:
        raise SystemExit(fail(name, e)) from None


def __main__(args):
    found, names = options(args, "rnu", "k")
    word = natural(found.get("k", "0"))
    if "k" in found and not word:
        raise UsageError
    text = bytearray()
    block = streams.new_block()
    status = streams.each(names, lambda stream, name: _take(text, stream, name, block))
    try:
        starts = _upyos.sort(text, word, "n" in found, "r" in found, "u" in found)
    except MemoryError as e:
        return fail(" ".join(names) or "-", e)
    write_all(_upyos.line_at(text, start) for start in starts)
    return status
