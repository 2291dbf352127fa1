# SPDX-License-Identifier: MIT
"""A text screen by screen, for programs and the commands less and more."""

import _upyos
from micropython import const
from upyos.lib import fullscreen, streams
from upyos.lib.command import write

_LINE_BYTES = const(512)
_SIDE_COLUMNS = const(16)
_ESCAPE = const(27)
# Keys that are no byte, and what follows ESC [ of them: as others have it, or the letter that does
# the same.
_LEFT = const(256)
_RIGHT = const(257)
_SPECIAL = const(
    ("A", 107, "B", 106, "C", 257, "D", 256, "5~", 98, "6~", 32, "H", 103, "F", 71, "1~", 103)
)


def show(stream, name, leave_at_end=False, only_if_long=False):
    """Show a binary stream that has seek() on the terminal until the user leaves.

    name stands in the last row. only_if_long: what has room on one screen is only printed.
    """
    pager = _Pager(stream, name.encode())
    pager.terminal.ask_size()
    stream.seek(streams.lines_back(stream, 0, pager.end, pager.terminal.rows - 1))
    if only_if_long and stream.seek(0, 1) == 0:
        streams.complete(streams.show(stream, streams.new_block()))
        return
    _upyos.tty(True)
    try:
        pager.run(leave_at_end)
    except fullscreen.Stopped:
        pass
    finally:
        write(b"\r\x1b[K")
        _upyos.tty(False)


def _special(name):
    return _SPECIAL[_SPECIAL.index(name) + 1] if name in _SPECIAL else 0


class _Pager:
    def __init__(self, stream, name):
        self.stream = stream
        self.name = name
        self.terminal = fullscreen.Terminal(self._nothing, _special)
        # Where the first line on the screen begins, and the line after the last one.
        self.top = self.bottom = 0
        self.left = 0
        self.end = stream.seek(0, 2)
        self.pattern = b""
        self.message = b""

    def _nothing(self):
        """Do nothing while no key is there: the screen is as it should be."""

    def line(self):
        """Return the next line, or the beginning of a long one, and go behind it."""
        line = part = self.stream.readline(_LINE_BYTES)
        while part and part[-1:] != b"\n":
            part = self.stream.readline(_LINE_BYTES)
        return line.rstrip(b"\r\n") if line else None

    def show(self):
        """Draw all of the screen."""
        rows = self.terminal.rows - 1
        self.stream.seek(self.top)
        out = [b"\x1b[H"]
        for _ in range(rows):
            line = self.line()
            if line is None:
                out.append(b"~")
            else:
                right = self.left + self.terminal.columns
                out.append(_upyos.shown(line, 0, len(line), self.left, right))
            out.append(b"\x1b[K\r\n")
        self.bottom = self.stream.seek(0, 1)
        write(b"".join(out))
        self.status()

    def status(self):
        """Draw the last row."""
        at = b"(END)" if self.bottom >= self.end else b"%d%%" % (self.bottom * 100 // self.end)
        text = self.message or self.name + b" " + at
        self.message = b""
        text = _upyos.shown(text, 0, len(text), 0, self.terminal.columns - 1)
        write(b"\r\x1b[7m" + text + b"\x1b[0m\x1b[K")

    def forward(self, count):
        """Go on by so many lines, not behind the last screen."""
        if self.bottom >= self.end:
            return
        self.stream.seek(self.top)
        while count and self.line() is not None:
            count -= 1
        at = self.stream.seek(0, 1)
        last = streams.lines_back(self.stream, 0, self.end, self.terminal.rows - 1)
        self.top = min(at, max(self.top, last))

    def back(self, count):
        self.top = streams.lines_back(self.stream, 0, self.top, count)

    def ask(self):
        """Return what is typed behind / in the last row, b"" if nothing is."""
        typed = bytearray()
        while True:
            write(b"\r/" + typed + b"\x1b[K")
            key = self.terminal.key()
            if key in (10, 13):
                return bytes(typed)
            if key in (8, 127) and typed:
                typed.pop()
            elif key in (_ESCAPE, 8, 127):
                return b""
            elif key < _LEFT:
                typed += self.terminal.text(key)

    def search(self, backwards):
        """Go to the next line with the pattern, or to the last one before this."""
        found = -1
        self.stream.seek(0 if backwards else self.top)
        if not backwards:
            self.line()
        at = self.stream.seek(0, 1)
        for batch in streams.batches(self.stream):
            hit = _upyos.search(self.pattern, batch, 0)
            while hit and (not backwards or at + hit[0] < self.top):
                found = at + bytes(batch[: hit[0]]).rfind(b"\n") + 1
                if not backwards:
                    break
                hit = _upyos.search(self.pattern, batch, hit[0] + 1)
            at += len(batch)
            if found >= 0 and not backwards or backwards and at >= self.top:
                break
        if found < 0:
            self.message = b"not found"
        else:
            self.top = found

    def run(self, leave_at_end):
        """Show, and obey keys, until one of them leaves."""
        while True:
            self.show()
            key = self.terminal.key()
            letter = chr(key) if key < _LEFT else ""
            if key == _ESCAPE or letter in ("q", "Q"):
                return
            if leave_at_end and self.bottom >= self.end and letter in (" ", "f", "j", "\r", "\n"):
                return
            if letter:
                self.obey(letter)
            else:
                self.left = max(
                    0, self.left + (_SIDE_COLUMNS if key == _RIGHT else -_SIDE_COLUMNS)
                )

    def obey(self, letter):
        """Do what a letter stands for."""
        page = self.terminal.rows - 1
        if letter in " f\x06":
            self.forward(page)
        elif letter in "b\x02":
            self.back(page)
        elif letter in "je\r\n":
            self.forward(1)
        elif letter in "ky":
            self.back(1)
        elif letter == "d":
            self.forward(page // 2)
        elif letter == "u":
            self.back(page // 2)
        elif letter in "g<":
            self.top = 0
        elif letter in "G>":
            self.top = streams.lines_back(self.stream, 0, self.end, page)
        elif letter == "/":
            self.pattern = self.ask() or self.pattern
            letter = "n"
        if letter in "nN" and self.pattern:
            self.search(letter == "N")
