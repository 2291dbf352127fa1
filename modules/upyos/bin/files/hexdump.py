# SPDX-License-Identifier: MIT
"""hexdump [FILE]

Print the bytes of FILE, or of standard input, 16 a row: the offset in hex, each byte in hex, and
the row as ASCII with a dot for what is none.

Source: upyOS; near the canonical format of BSD hexdump -C.
"""

import re

from micropython import const
from upyos.lib import streams
from upyos.lib.command import operands, options, write_all

_ROW_BYTES = const(16)
_FORM = const("%08x  %s |%s|\n")


def _rows(stream):
    """Yield the rows of a stream; a typed one comes in pieces of any length."""
    block = streams.new_block()
    data = b""
    offset = 0
    count = 1
    while count:
        count = stream.readinto(block)
        data += block[:count]
        whole = len(data) // _ROW_BYTES * _ROW_BYTES if count else len(data)
        text = re.sub(b"[^ -~]", b".", data)
        for at in range(0, whole, _ROW_BYTES):
            row = data[at : at + _ROW_BYTES]
            shown = text[at : at + _ROW_BYTES].decode()
            yield _FORM % (offset + at, row.hex(" "), shown)
        offset += whole
        data = data[whole:]


def __main__(args):
    names = options(args, "")[1]
    operands(names, 0, 1)
    return streams.each(names, lambda stream, _: write_all(_rows(stream)))
