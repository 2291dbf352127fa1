# SPDX-License-Identifier: MIT
"""Pipelines: what a stage writes is kept for the next, in memory, beyond some KiB in a file."""

import io

import _upyos
from micropython import const
from upyos import executor, state
from upyos.lib.codes import _INTERRUPTED

_FILE = const("/tmp/.pipe")
_MEMORY_BYTES = const(4096)


class Pipe(io.IOBase):
    """Output of a stage. A file that a power cut leaves in /tmp is overwritten some time."""

    # The OSError that kept it from taking all that was written.
    broken = None

    def __init__(self):
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
            # A number of its own, as a process has: there are pipes in pipes, and in jobs.
            state.pid += 1
            self.name = "%s%d" % (_FILE, state.pid)
            self.file = open(self.name, "wb")
            self.file.write(self.memory.getvalue())
            self.memory = None
        self.size += len(data)
        return (self.file or self.memory).write(data)

    def close(self):
        """Drop it, with all that was written."""
        if self.file is not None:
            self.file.close()
            _discard(self.name)

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
                _discard(self.name)
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
            # a stage may have removed it
            _discard(self.name)
            self.name = ""


def _discard(name):
    """Remove a file that is there or not. Few pipes have one."""
    from upyos.lib import files

    files.discard(name)


def run(commands, condition, flat=False, at=0, stdin=None):
    """Run commands one after the other, from the index `at` on.

    Each one's output is the next one's standard input.
    """
    last = len(commands) - 1
    pipe = None
    is_left = True
    try:
        while at < last:
            broken = state.broken
            pipe = Pipe()
            previous = _upyos.redirect(pipe)
            entered = None
            try:
                status = executor.command(commands[at], stdin, False, flat)
                entered = flat and _entered()
            finally:
                # Ctrl-C would leave the output of the next lines in this pipe
                _upyos.hold(True)
                try:
                    if not entered:
                        _end(previous, stdin)
                finally:
                    _upyos.hold(False)
            if entered:
                entered[4].append((_go_on, commands, condition, at, stdin, pipe, previous, broken))
                is_left = False
                return 0
            stdin = _reader(pipe, status, broken)
            if type(stdin) is int:
                is_left = False
                return stdin
            at += 1
        status = executor.command(commands[last], stdin, condition, flat)
        if flat and _entered():
            _entered()[4].append((_close, stdin))
        else:
            stdin.close()
        is_left = False
        return status
    finally:
        if is_left:
            _drop(pipe, stdin)


def _drop(*streams):
    """Close what a pipeline has open that was left: its files go, too."""
    _upyos.hold(True)
    try:
        for stream in streams:
            if stream is not None:
                stream.close()
    finally:
        _upyos.hold(False)


def _entered():
    from upyos.grammar import jumps

    return jumps.entered()


def _end(previous, stdin):
    """End a stage: output goes where it went, its input is not needed."""
    _upyos.redirect(previous)
    if stdin is not None:
        stdin.close()


def _reader(pipe, status, broken):
    """Return a stream of what a stage wrote, or the status that the pipeline ends with.

    broken: state.broken before the stage. What failed of the pipe itself is said here.
    """
    try:
        stdin = pipe.reader()
    except OSError as e:
        from upyos.lib.reasons import reason

        executor.report("pipe: " + reason(e))
        state.broken = broken
        return 1
    if status == _INTERRUPTED:
        stdin.close()
        return status
    return stdin


def _go_on(status, commands, condition, at, stdin, pipe, previous, broken):
    """Run the stages after one that was a script."""
    _end(previous, stdin)
    stdin = _reader(pipe, status, broken)
    return stdin if type(stdin) is int else run(commands, condition, True, at + 1, stdin)


def _close(status, stdin):
    """End the last stage, which was a script."""
    stdin.close()
    return status
