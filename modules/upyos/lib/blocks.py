# SPDX-License-Identifier: MIT
"""Files from a serial line in blocks, each acknowledged: docs/formats/serial-blocks.md."""

import binascii
import time

import _upyos
from micropython import const
from upyos import console, state

# A line, with its end, is shorter than the input buffer of any port, 256 bytes. Where files are
# asked for it may have 512 bytes of a file: their sender knows whether the input has flow control.
_LINE_MOST = const(250)
_LONG_LINE_MOST = const(720)
# More than number, checksum and two blanks take.
_HEAD_MOST = const(24)
_ENDS = const(b"\r\n")
# The sender says a block again every few seconds: after such a silence there is none.
_SILENT_MS = const(30_000)
_LOOK_MS = const(1000)
_ETIMEDOUT = const(110)


class Received:
    """What comes in blocks, as a binary stream. Ctrl-C ends it as it ends any program.

    Raises OSError(ETIMEDOUT) when the sender has gone.
    """

    # What stands behind the number when the first block is asked for.
    asked = ""

    def __init__(self, line_most=_LINE_MOST):
        self.line = bytearray(line_most)
        self.number = 0
        self.rest = b""
        self.ended = False
        self._ask()

    def _ask(self):
        """Say which block is awaited; that acknowledges those before it."""
        console.write("@%d%s\n" % (self.number, "" if self.number else self.asked))

    def readinto(self, block):
        """Fill block from one that came; return the number of bytes, 0 at the end."""
        while not self.rest and not self.ended:
            # If nothing comes any more, close() does not wait for it again.
            self.ended = True
            self.rest = self._next()
            self.ended = not self.rest
            if self.rest:
                # Not the end: that is acknowledged when the file has its name.
                self._ask()
        count = min(len(block), len(self.rest))
        block[:count] = self.rest[:count]
        self.rest = self.rest[count:]
        return count

    def _next(self):
        """Return the awaited block; others and damaged ones are asked for again."""
        while (data := self._data(_line(self.line))) is None:
            self._ask()
        self.number += 1
        return data

    def _data(self, line):
        """Return what a line carries, None if that is not the awaited block."""
        try:
            number, check, _ = bytes(line[:_HEAD_MOST]).split(b" ", 2)
            data = binascii.a2b_base64(line[len(number) + len(check) + 2 :])
            whole = int(number) == self.number and int(check, 16) == binascii.crc32(data)
        except ValueError:
            return None
        return data if whole else None


class Asked(Received):
    """A file that the sender has, from an offset on."""

    def __init__(self, path, offset):
        self.asked = " %d %s" % (offset, path)
        super().__init__(_LONG_LINE_MOST)

    def close(self):
        """Take the block that was asked for: none of it stays in the input."""
        if not self.ended:
            self.ended = True
            self._next()


def _key():
    """Return the next byte; jobs go on meanwhile. Raises OSError(ETIMEDOUT) if none comes."""
    since_ms = time.ticks_ms()
    while True:
        key = state.key() if state.key else _upyos.key(_LOOK_MS)
        if key >= 0:
            return key
        if time.ticks_diff(time.ticks_ms(), since_ms) > _SILENT_MS:
            raise OSError(_ETIMEDOUT)


def _line(line):
    """Return the next line that is not empty, in this buffer; of one that is too long, its end."""
    at = 0
    while True:
        line[at] = _key()
        at += 1
        if line[at - 1] not in _ENDS:
            at = _upyos.typed(line, at)
        if line[at - 1] in _ENDS:
            if at > 1:
                return memoryview(line)[: at - 1]
            at = 0
        elif at == len(line):
            at = 0


def done():
    """Say that the file is there."""
    console.write("@.\n")


def failed(why):
    """Say why it is not, and read until the sender has taken notice."""
    end("! " + why)


def end(word):
    """Say how it ended, and read until the sender says `.`: none of its lines is a command."""
    console.write("@%s\n" % word)
    try:
        while _line(bytearray(_LINE_MOST)) != b".":
            pass
    except OSError:
        # the sender has gone
        pass
