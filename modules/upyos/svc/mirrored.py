# SPDX-License-Identifier: MIT
"""A session that has logged in: the console, mirrored (behaviour contract 9.1)."""

import time
from asyncio import core

import _upyos
import sdata
from micropython import const

from upyos import console

_RING_BYTES = const(256)
_OUT_BYTES = const(256)
# How long the console waits for a peer that takes nothing.
_STALL_MS = const(10_000)
_PAUSE_MS = const(10)


class Screen:
    """What the console shows, on its way to a peer; the service's holder has the console."""

    block_bytes = _OUT_BYTES
    is_pushing = False

    def __init__(self, connection):
        self.connection = connection
        self.mirror = _upyos.Mirror(_RING_BYTES, self.drain)
        self.block = bytearray(self.block_bytes)
        # Of block: from where, to where it was not sent yet.
        self.at = 0
        self.end = 0

    def take(self):
        """Fill block, IAC doubled; return False if there is nothing."""
        if self.at < self.end:
            return True
        half = memoryview(self.block)[: _OUT_BYTES // 2]
        count = self.mirror.readinto(half)
        if not count:
            return False
        self.at = 0
        self.end = count
        if b"\xff" in self.block:
            data = bytes(half[:count]).replace(b"\xff", b"\xff\xff")
            self.end = len(data)
            self.block[: self.end] = data
        return True

    def send(self):
        """Send what the peer takes; return how many bytes, None if it takes nothing now."""
        count = self.connection.sock.write(memoryview(self.block)[self.at : self.end])
        if count:
            self.at += count
        return count

    def push(self):
        """Send a block, or what is left of one; return how many bytes the peer took.

        Nobody else may come between taking and sending: a step of a task, or a callback that
        prints, would send the block once more.
        """
        self.is_pushing = True
        try:
            return self.take() and self.send()
        finally:
            self.is_pushing = False

    def drain(self):
        """Make room: called by the console when the ring is full. Return True if it may go on."""
        if self.connection.service.holder is not self or self.is_pushing:
            return False
        start_ms = time.ticks_ms()
        try:
            while time.ticks_diff(time.ticks_ms(), start_ms) <= _STALL_MS:
                _upyos.hold(True)
                try:
                    count = _upyos.step(self.push)
                finally:
                    _upyos.hold(False)
                if count or self.at == self.end:
                    return True
                time.sleep_ms(_PAUSE_MS)
        except OSError:
            pass
        self.leave()
        self.connection.drop()
        return False

    def leave(self):
        """Let go of the console."""
        if self.connection.service.holder is self:
            self.connection.service.holder = None
            _upyos.mirror(self.mirror, False)

    def farewell(self, text):
        """Send a last line."""
        self.connection.sock.write(text)

    def show(self):
        """Send what the console shows, until the connection ends."""
        try:
            while True:
                if self.push():
                    self.connection.stall_s = 0
                elif self.at == self.end:
                    yield core._io_queue.queue_read(self.mirror)
                else:
                    self.connection.stall_s = self.connection.stall_s or _STALL_MS // 1000 + 1
                    yield core._io_queue.queue_write(self.connection.wire)
        except OSError:
            self.connection.drop()


async def run(connection, wire, screen):
    """Be the console until the peer goes, or another one comes to the same service."""
    connection.left_s = None
    before = connection.service.holder
    if before:
        before.farewell(b"\r\nThe console was taken over.\r\n")
        before.connection.drop()
        before.leave()
    connection.service.holder = screen
    _upyos.mirror(screen.mirror, True)
    task = core.create_task(screen.show())
    try:
        _take_size(wire)
        # an edited line is drawn again below it
        console.error("%s: %s has the console" % (connection.service.cmd, connection.peer))
        while True:
            count = await wire.fill()
            if not count:
                return
            at = 0
            while at < count:
                done = _upyos.inject(wire.view[at:count])
                at += done
                if not done:
                    await core.sleep_ms(_PAUSE_MS)
    finally:
        screen.leave()
        task.cancel()


def _take_size(wire):
    """Let programs know the size of the peer's window, now and whenever it changes (RFC 1073)."""
    wire.resized = _resized
    if wire.size:
        _resized(wire.size)


def _resized(size):
    columns, rows = size
    if columns:
        sdata.sysconfig["env"]["COLUMNS"] = columns
    if rows:
        sdata.sysconfig["env"]["LINES"] = rows
