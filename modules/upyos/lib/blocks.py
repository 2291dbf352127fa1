# SPDX-License-Identifier: MIT
"""A file from a serial line in blocks, each acknowledged: docs/formats/serial-blocks.md."""

import binascii

from micropython import const
from upyos import console

# A line is shorter than the input buffer of any port, 256 bytes.
_LINE_MOST = const(250)
_ENDS = b"\r\n"


class Received:
    """What comes in blocks, as a binary stream. Ctrl-C ends it as it ends any program."""

    def __init__(self):
        self.number = 0
        self.rest = b""
        self.ended = False
        self._ask()

    def _ask(self):
        """Say which block is awaited; that acknowledges those before it."""
        console.write("@%d\n" % self.number)

    def readinto(self, block):
        """Fill block from one that came; return the number of bytes, 0 at the end."""
        while not self.rest and not self.ended:
            self.rest = self._next()
            self.ended = not self.rest
        count = min(len(block), len(self.rest))
        block[:count] = self.rest[:count]
        self.rest = self.rest[count:]
        return count

    def _next(self):
        """Return the awaited block; others and damaged ones are asked for again."""
        while (data := self._data(_line())) is None:
            self._ask()
        self.number += 1
        if data:
            # Not the end: that is acknowledged when the file has its name.
            self._ask()
        return data

    def _data(self, line):
        """Return what a line carries, None if that is not the awaited block."""
        try:
            number, check, text = line.split(b" ")
            data = binascii.a2b_base64(text)
            whole = int(number) == self.number and int(check, 16) == binascii.crc32(data)
        except ValueError:
            return None
        return data if whole else None


def _line():
    """Return the next line that is not empty; of one that is too long, what fits."""
    line = bytearray()
    while True:
        key = console.read_key()
        if key in _ENDS:
            if line:
                return bytes(line)
        elif len(line) < _LINE_MOST:
            line.append(key)


def done():
    """Say that the file is there."""
    console.write("@.\n")


def failed(why):
    """Say why it is not, and read until the sender has taken notice: none of it is a command."""
    console.write("@! %s\n" % why)
    while _line() != b".":
        pass
