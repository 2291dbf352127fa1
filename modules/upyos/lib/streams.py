# SPDX-License-Identifier: MIT
"""Input of commands: files and standard input as binary streams; the console as one."""

import _upyos
from micropython import const
from upyos import console, process
from upyos.lib.command import fail, write

_BLOCK_BYTES = const(512)
_LF = const(10)
_EISDIR = const(21)


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

    def readinto(self, block):
        """Fill block from one line; return the number of bytes, 0 at the end."""
        line = self.readline()
        count = min(len(line), len(block))
        block[:count] = line[:count]
        self.rest = line[count:]
        return count

    def __iter__(self):
        return iter(self.readline, b"")

    def close(self):
        """Do nothing: the console stays."""


def redirected():
    """Tell whether standard input is a file, a variable or a pipe, not the console."""
    return process.current().source is not None


def to_console():
    """Tell whether standard output of this command is the console."""
    before = _upyos.redirect(None)
    _upyos.redirect(before)
    return before is None


def standard_input():
    """Return standard input as a binary stream."""
    return process.current().source or Typed()


def open_file(name):
    """Open a file as a binary stream. Raises OSError."""
    if ".." in name or "\0" in name or name[-1:] in ("", "/"):
        # littlefs does not know the parent of the root, and opens the root as a file
        from upyos.lib.paths import named

        path = named(name)
        if path == "/":
            raise OSError(_EISDIR)
        name = path if ".." in name else name
    return open(name, "rb")


def each(names, work):
    """Call work(stream, name) for each file, for standard input where there is none or for `-`.

    Returns the status: 1 if one of them could not be read, which is said in an error line.
    """
    status = 0
    for name in names or ("-",):
        try:
            if name == "-":
                work(standard_input(), name)
            else:
                with open_file(name) as stream:
                    work(stream, name)
        except OSError as e:
            status = fail(name, e)
    return status


def new_block():
    """Return a memoryview to read into again and again."""
    return memoryview(bytearray(_BLOCK_BYTES))


def show(stream, block):
    """Copy a stream to standard output through block; return the last byte, a newline if none."""
    last = _LF
    while True:
        count = stream.readinto(block)
        if not count:
            return last
        write(block[:count])
        last = block[count - 1]
