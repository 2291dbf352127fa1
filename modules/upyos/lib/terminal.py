# SPDX-License-Identifier: MIT
"""The console as standard input."""

from upyos import console


class Typed:
    """Lines typed at the console, until Ctrl-D on an empty line, as a binary stream."""

    rest = b""

    def readline(self):
        """Return the next line with its newline, b"" at the end."""
        if self.rest:
            line, self.rest = self.rest, b""
            return line
        try:
            return console.read_line().encode() + b"\n"
        except EOFError:
            return b""

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
