# SPDX-License-Identifier: MIT
"""Pipelines: what a stage writes is kept for the next, in memory, beyond some KiB in a file."""

import io
import os

import _upyos
from micropython import const

from upyos import executor, state

_FILE = "/tmp/.pipe"
_MEMORY_BYTES = const(4096)
_INTERRUPTED = const(130)


class Pipe(io.IOBase):
    """Output of a stage. A file that a power cut leaves in /tmp is overwritten some time."""

    # The OSError that kept it from taking all that was written.
    broken = None

    def __init__(self, name):
        self.name = _FILE + name
        self.memory = io.BytesIO()
        self.file = None
        self.size = 0

    def write(self, data):
        # Called from C for everything that is printed.
        try:
            return self._write(data)
        except OSError as e:
            self.broken = e
            # As modules/c/upyos/console.c marks what a target raises.
            raise OSError(e.errno, "output") from None

    def _write(self, data):
        if self.file is None and self.size + len(data) > _MEMORY_BYTES:
            self.file = open(self.name, "wb")
            self.file.write(self.memory.getvalue())
            self.memory = None
        self.size += len(data)
        return (self.file or self.memory).write(data)

    def reader(self):
        """Return a binary stream of what was written; close() gives the room back.

        Raises OSError if it is not all: what works with a part of its input could do damage.
        """
        if self.file is not None:
            try:
                self.file.close()
            except OSError as e:
                self.broken = e
        if self.broken:
            if self.file is not None:
                os.remove(self.name)
            raise self.broken
        if self.file is not None:
            return _Spilled(self.name)
        self.memory.seek(0)
        return self.memory


class _Spilled:
    """The file of a long output, removed when it is closed."""

    def __init__(self, name):
        self.name = name
        self.file = open(name, "rb")
        self.read = self.file.read
        self.readline = self.file.readline
        self.readinto = self.file.readinto
        self.seek = self.file.seek

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


def run(commands, condition):
    """Run commands one after the other, each one's output the next one's standard input."""
    stdin = None
    broken = state.broken
    for i, command in enumerate(commands[:-1]):
        pipe = Pipe("%d.%d" % (state.pid, i))
        previous = _upyos.redirect(pipe)
        try:
            status = executor.command(command, stdin)
        finally:
            _upyos.redirect(previous)
            if stdin is not None:
                stdin.close()
        try:
            stdin = pipe.reader()
        except OSError as e:
            from upyos.lib.command import reason

            executor.report("pipe: " + reason(e))
            state.broken = broken
            return 1
        if status == _INTERRUPTED:
            break
    else:
        status = executor.command(commands[-1], stdin, condition)
    stdin.close()
    return status
