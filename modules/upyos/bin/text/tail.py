# SPDX-License-Identifier: MIT
"""tail [-n N|-c N] [-f] [FILE...]

Copy the last N lines of each FILE to standard output; with no FILE, or -, those of standard
input. Several files get a line ==> FILE <== each. At the console a missing last newline is added,
else the bytes are exact.

-n N  how many lines (default 10); -5 is short for -n 5; +N: from line N on
-c N  the last N bytes instead, +N: from byte N on
-f    go on with what is added to FILE, the one there is, until Ctrl-C or kill

Only the end of a file is read. One that became shorter is shown from its beginning.

Source: POSIX.1-2024 tail. Not provided: -r.
"""

from micropython import const
from upyos.lib import paths, streams, waiting
from upyos.lib.command import UsageError, natural, options, write

proc = None

_LOOK_MS = const(250)
_SIZE = const(6)
_BLOCK_BYTES = const(512)
_LF = const(10)


def _typed(stream, count, in_bytes):
    """Write the last lines, or bytes, of what is typed; return the last byte."""
    kept = []
    for line in stream:
        kept.append(line)
        if in_bytes:
            kept = [b"".join(kept)[-count:]] if count else []
        elif len(kept) > count:
            kept.pop(0)
    write(b"".join(kept))
    return _LF


def _skip(stream, count, in_bytes):
    """Read so many lines, or bytes, and keep nothing."""
    while count and (data := stream.read(min(count, _BLOCK_BYTES)) if in_bytes else _line(stream)):
        count -= len(data) if in_bytes else data[-1:] == b"\n"


def _line(stream):
    """Return a line, or the next part of a long one."""
    return stream.readline(_BLOCK_BYTES) if hasattr(stream, "seek") else stream.readline()


def _follow(name, block):
    """Write what is added to a file until the process is asked to stop."""
    at = paths.stat(name)[_SIZE]
    while proc.sts != "S":
        waiting.pause(_LOOK_MS)
        size = paths.stat(name)[_SIZE]
        if size != at:
            # opened anew: who has it open sees nothing of what another one adds
            with streams.open_file(name) as stream:
                stream.seek(at if size > at else 0)
                streams.show(stream, block)
                at = stream.seek(0, 1)


def __main__(args):
    found, names = options(args, "f", "nc", number="n")
    in_bytes = "c" in found
    if in_bytes and "n" in found or "f" in found and (len(names) != 1 or names[0] == "-"):
        raise UsageError
    text = found.get("c") or found.get("n", "10")
    count = natural(text.lstrip("+"))
    block = streams.new_block()

    def show(stream):
        if text[0] == "+":
            _skip(stream, max(0, count - 1), in_bytes)
        elif not hasattr(stream, "seek"):
            return _typed(stream, count, in_bytes)
        else:
            start = stream.seek(0, 1)
            end = stream.seek(0, 2)
            if in_bytes:
                stream.seek(max(start, end - count))
            else:
                streams.lines_back(stream, start, end, count)
        return streams.show(stream, block)

    status = streams.excerpts(names, show)
    if "f" in found and not status:
        _follow(names[0], block)
    return status
