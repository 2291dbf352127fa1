# SPDX-License-Identifier: MIT
"""tail [-n N] [FILE...]

Copy the last N lines of each FILE to standard output; with no FILE, or -, those of standard
input. Several files get a line ==> FILE <== each. At the console a missing last newline is added,
else the bytes are exact.

-n N  how many lines (default 10); -5 is short for -n 5

Only the end of a file is read.

Source: POSIX.1-2024 tail. Not provided: -c, -f, -n +N, -r.
"""

from micropython import const
from upyos.lib import streams
from upyos.lib.command import natural, options, write

_BLOCK_BYTES = const(512)
_LF = const(10)


def _seek(stream, count):
    """Go to where the last lines of a stream begin, not before where it is."""
    start = stream.seek(0, 1)
    at = stream.seek(0, 2)
    # the last byte is not looked at: a newline there ends the last line
    ignored = 1
    while at > start and count:
        size = min(_BLOCK_BYTES, at - start)
        at -= size
        stream.seek(at)
        block = stream.read(size)
        end = size - ignored
        ignored = 0
        while (end := block.rfind(b"\n", 0, end)) >= 0:
            count -= 1
            if not count:
                stream.seek(at + end + 1)
                return
    stream.seek(at)


def _typed(stream, count):
    """Write the last lines of what is typed; return the last byte."""
    kept = []
    for line in stream:
        kept.append(line)
        if len(kept) > count:
            kept.pop(0)
    write(b"".join(kept))
    return _LF


def __main__(args):
    found, names = options(args, "", "n", number="n")
    count = natural(found.get("n", "10"))
    block = streams.new_block()

    def show(stream):
        if not hasattr(stream, "seek"):
            return _typed(stream, count)
        _seek(stream, count)
        return streams.show(stream, block)

    return streams.excerpts(names, show)
