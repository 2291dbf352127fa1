# SPDX-License-Identifier: MIT
"""cmp A B

Compare two files byte by byte; - is standard input. Nothing is printed if they are the same, else
the first byte and line, from 1, where they differ, or which of them ends first. The status is 0 if
they are the same, 1 if they differ, 2 if one of them cannot be read.

Source: POSIX.1-2024 cmp. Not provided: -l, -s.
"""

from micropython import const
from upyos.lib import streams
from upyos.lib.command import operands, options

_BLOCK_BYTES = const(512)
_TROUBLE = const(2)


def _read(stream):
    """Return the next block of a stream, a short one only at its end."""
    data = stream.read(_BLOCK_BYTES)
    while 0 < len(data) < _BLOCK_BYTES and (more := stream.read(_BLOCK_BYTES - len(data))):
        data += more
    return data


def _compare(names, a, b):
    """Print how two streams differ; return the status."""
    size = 0
    line = 1
    while True:
        left = _read(a)
        right = _read(b)
        if left != right:
            break
        if not left:
            return 0
        size += len(left)
        line += left.count(b"\n")
    for at in range(min(len(left), len(right))):
        if left[at] != right[at]:
            line += left[:at].count(b"\n")
            print("%s %s differ: byte %d, line %d" % (names[0], names[1], size + at + 1, line))
            return 1
    print("cmp: EOF on", names[len(left) > len(right)])
    return 1


def __main__(args):
    _, names = options(args, "")
    operands(names, 2, 2)
    status = _TROUBLE

    def second(a, b):
        nonlocal status
        status = _compare(names, a, b)

    def first(a, _):
        streams.each(names[1:], lambda b, _: second(a, b))

    if names[0] == names[1] == "-":
        return 0
    streams.each(names[:1], first)
    return status
