# SPDX-License-Identifier: MIT
"""The console as standard input."""

from upyos.terminal import cooked


class Typed:
    """Lines typed at the console, until Ctrl-D on an empty line, as a binary stream.

    The bytes are those that came: what is no text is for the reader to judge.
    """

    rest = b""
    # What was read of a line when memory ran out; whether the end was typed.
    partial = b""
    ended = False

    def readline(self):
        """Return the next line with its newline, b"" at the end."""
        if self.rest:
            line, self.rest = self.rest, b""
            return line
        self.partial = line = bytearray()
        try:
            cooked.fill(line, "", True)
        except EOFError:
            self.ended = True
            return b""
        self.partial = b""
        line.append(10)
        return bytes(line)

    def skip(self):
        """Read up to the end and keep nothing: the rest of a text must not run as commands."""
        if not self.ended:
            line = bytearray(self.partial[:1])
            self.rest = self.partial = b""
            cooked.skip(line)

    def read(self, size):
        """Return up to size bytes of one line, b"" at the end."""
        line = self.readline()
        self.rest = line[size:]
        return line[:size]

    def readinto(self, block):
        """Fill block from one line; return the number of bytes, 0 at the end."""
        line = self.read(len(block))
        block[: len(line)] = line
        return len(line)

    def __iter__(self):
        while line := self.readline():
            yield line

    def close(self):
        """Do nothing: the console stays."""
