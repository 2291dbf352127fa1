# SPDX-License-Identifier: MIT
"""uniq [-c] [-d] [FILE]

Copy FILE, or standard input, to standard output; of equal lines that follow each other the first
only. A missing last newline is added.

-c  the number of equal lines, and a blank, before each line
-d  only lines that are repeated

Source: POSIX.1-2024 uniq. Not provided: -f, -s, -u, output file.
"""

import _upyos
from upyos.lib import streams
from upyos.lib.command import operands, options, write


def _uniq(stream, counted, low):
    """Write a stream; counted: with numbers; low: lines that are there more often than that."""
    line = b""
    number = 0
    for batch in streams.batches(stream):
        out = []
        text = bytes(batch)
        at = 0
        for end in _upyos.lines_with(text, b"")[1::2]:
            following = text[at:end]
            at = end
            if following == line:
                number += 1
                continue
            if number > low:
                out.append(b"%d %s" % (number, line) if counted else line)
            line = following
            number = 1
        write(b"".join(out))
    if number > low:
        write(b"%d %s" % (number, line) if counted else line)


def __main__(args):
    found, names = options(args, "cd")
    operands(names, 0, 1)
    return streams.each(names, lambda stream, name: _uniq(stream, "c" in found, "d" in found))
