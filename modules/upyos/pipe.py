# SPDX-License-Identifier: MIT
"""What one stage of a pipeline writes, for the next to read: in memory, beyond some KiB in a file."""

import io
import os

from micropython import const

_MEMORY_BYTES = const(4096)


class Pipe(io.IOBase):
    """Output of a stage; a file in /tmp that a power cut leaves behind is overwritten by the next pipe."""

    def __init__(self, name):
        self.name = "/tmp/.pipe" + name
        self.memory = io.BytesIO()
        self.file = None
        self.size = 0

    def write(self, data):
        # Called from C for everything that is printed.
        if self.file is None and self.size + len(data) > _MEMORY_BYTES:
            self.file = open(self.name, "wb")
            self.file.write(self.memory.getvalue())
            self.memory = None
        self.size += len(data)
        return (self.file or self.memory).write(data)

    def reader(self):
        """Return a binary stream of what was written; close() gives the room back."""
        if self.file is None:
            self.memory.seek(0)
            return self.memory
        self.file.close()
        return _Spilled(self.name)


class _Spilled:
    """The file of a long output, removed when it is closed."""

    def __init__(self, name):
        self.name = name
        self.file = open(name, "rb")
        self.read = self.file.read
        self.readline = self.file.readline
        self.readinto = self.file.readinto

    def __iter__(self):
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def close(self):
        if self.name:
            self.file.close()
            os.remove(self.name)
            self.name = ""
