# SPDX-License-Identifier: MIT
"""What jobs print."""

import io
import time

import _upyos
from micropython import const
from upyos import console, state

# A longer line is shown in parts.
_KEPT_BYTES = const(200)
# What is younger goes on: print() writes a list, or several words, piece by piece.
_IN_PIECES_MS = const(100)


def _text(data):
    try:
        return data.decode()
    except UnicodeError:
        # a character that is cut, or bytes that are no text
        return bytes([byte for byte in data if byte < 128]).decode()


def show_kept():
    """Show what jobs printed without a newline. Called when a line was typed."""
    now_ms = time.ticks_ms()
    for lines in Lines.keeping[:]:
        if time.ticks_diff(now_ms, lines.since_ms) > _IN_PIECES_MS:
            lines.show()


class Lines(io.IOBase):
    """Output of a job: to the terminal; while a line is edited above it, in whole lines.

    What has no newline yet is kept until it has one, a line was typed or the job ends; of what
    carriage returns let overwrite each other, the last.
    """

    # Those that keep something.
    keeping = []

    def __init__(self):
        self.kept = b""

    def write(self, data):
        if state.parted:
            return len(data)
        turn = state.turn
        if turn is None:
            self._write(data)
            return len(data)
        at = 0
        while at < len(data):
            end = at + turn.room(len(data) - at)
            self._write_with(turn, data[at:end])
            at = end
        return len(data)

    def _write_with(self, turn, data):
        if turn.is_mine():
            self._write(data)
            return
        # Else the main thread might be in the middle of its edited line.
        turn.take()
        try:
            self._write(data)
        finally:
            turn.give()

    def _write(self, data):
        if console.editing is None:
            before = _upyos.redirect(None)
            console.write(self._take() + bytes(data))
            _upyos.redirect(before)
        else:
            self._keep(self._take() + bytes(data))

    def _take(self):
        """Return what was kept; nothing is then."""
        kept = self.kept
        if kept:
            self.kept = b""
            self.keeping.remove(self)
        return kept

    def _keep(self, data):
        end = data.rfind(b"\n")
        if end >= 0:
            console.error(_text(data[:end]))
        # The last character may be the first half of a line's end.
        start = max(end, data.rfind(b"\r", end + 1, len(data) - 1)) + 1
        if len(data) - start > _KEPT_BYTES:
            console.error(_text(data[start:]))
        elif start < len(data):
            self.kept = data[start:]
            self.since_ms = time.ticks_ms()
            self.keeping.append(self)

    def show(self):
        """Show what is kept, as a line."""
        kept = self._take()
        if kept:
            console.error(_text(kept))

    def ioctl(self, request, argument):
        return 0
