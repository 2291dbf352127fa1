# SPDX-License-Identifier: MIT
"""The data connections of FTP: one transfer at a time, first come first served (contract 9.2).

The passive port is one for all sessions: who has it is its owner until the transfer has ended.
"""

import time
from asyncio import core

import _upyos
from micropython import const

from upyos.jobs import serving, sockets
from upyos.jobs.connection import Connection

PORT = 13333
_LEAST_PORT = const(1024)
_SILENCE_S = const(100)
# How long a session waits for another one's transfer, and how long one may have the port that
# begins none while another one waits.
_WAIT_MS = const(15_000)
_UNUSED_MS = const(5_000)
_STEP_MS = const(20)
_EINPROGRESS = const((115, 119))
# Three pages of flash; with all around it a transfer takes less than 3 KiB.
_SMALL_BYTES = const(768)
_LARGE_BYTES = const(4096)
# A heap this large can spare the larger block.
_LARGE_HEAP_BYTES = const(400_000)


class Data:
    """The data connection of a session, from PASV or PORT to the end of the transfer."""

    # Since when the service's holder is this one.
    since_ms = 0

    def __init__(self, session):
        self.session = session
        self.service = session.connection.service
        # Listening socket; address and port of PORT; the connection; the task of the transfer.
        self.passive = None
        self.place = None
        self.connection = None
        self.task = None

    async def take(self):
        """Become the one that may transfer; return False if others take too long."""
        start_ms = time.ticks_ms()
        while self.service.holder not in (None, self):
            other = self.service.holder
            if not other.task and time.ticks_diff(time.ticks_ms(), other.since_ms) > _UNUSED_MS:
                other.end()
                break
            if time.ticks_diff(time.ticks_ms(), start_ms) > _WAIT_MS:
                return False
            await core.sleep_ms(_STEP_MS)
        self.service.holder = self
        self.since_ms = time.ticks_ms()
        return True

    async def listen(self):
        """Listen for the peer; return the port, 0 if others transfer. Raises OSError."""
        if not await self.take():
            return 0
        self._close()
        port = self.service.settings.get("data_port", PORT)
        self.passive = sockets.listen(self.service.place[0], port)
        return port

    def active(self, address, port):
        """Have the next transfer go to a port of the peer; return the reply.

        Another address than its own is refused: else it could have us attack others.
        """
        if address != self.session.connection.peer or not _LEAST_PORT <= port < 65536:
            return "501 your own address, a port from 1024"
        self._close()
        self.place = (address, port)
        return "200 OK"

    async def open(self):
        """Return the connection to the peer. Raises OSError."""
        if self.passive:
            sock = await self._accepted()
        else:
            sock = await self._connected()
        control = self.session.connection
        self.connection = control.second_one = Connection(control.service, sock, control.peer)
        self.connection.left_s = _SILENCE_S
        self.connection.patience_s = _SILENCE_S
        self.connection.task = self.task
        return self.connection

    async def _accepted(self):
        """Return a connection of the peer itself; those of others are closed."""
        while True:
            await serving.readable(self.passive)
            try:
                sock, peer = self.passive.accept()
            except OSError:
                # it is gone again
                continue
            if sockets.address(peer) == self.session.connection.peer:
                self.passive.close()
                self.passive = None
                return sock
            sock.close()

    async def _connected(self):
        import socket

        sock = socket.socket()
        sock.setblocking(False)
        try:
            sock.connect(socket.getaddrinfo(*self.place)[0][-1])
        except OSError as exc:
            if exc.errno not in _EINPROGRESS:
                sock.close()
                raise
        await _writable(sock)
        return sock

    def start(self, transfer):
        """Run the coroutine of a transfer."""
        self.session.connection.left_s = None
        self.task = core.create_task(self._run(transfer))

    async def _run(self, transfer):
        session = self.session
        try:
            answer = await transfer
        except OSError as exc:
            from upyos.lib.reasons import reason

            answer = ("552 " if exc.errno == 28 else "426 ") + reason(exc)
        except MemoryError:
            answer = "451 out of memory"
        except core.CancelledError:
            # the peer was silent for too long
            answer = "426 timed out"
        self.task = None
        session.connection.left_s = 300
        self.end()
        await session.reply(answer)

    async def finished(self):
        """Wait until no transfer runs."""
        while self.task:
            await core.sleep_ms(_STEP_MS)

    def end(self):
        """End the transfer, if one runs, and what was prepared for one."""
        task = self.task
        self.task = None
        if task:
            self.session.connection.left_s = 300
            try:
                task.coro.coroutine.close()
            except ValueError:
                # it is the one that runs
                pass
            task.cancel()
        self._close()
        self.place = None
        if self.service.holder is self:
            self.service.holder = None

    def _close(self):
        if self.passive:
            self.passive.close()
            self.passive = None
        if self.connection:
            self.connection.sock.close()
            self.connection = self.session.connection.second_one = None


def block():
    """Return the memory that a file passes through."""
    large = _upyos.heap()[0] > _LARGE_HEAP_BYTES
    return memoryview(bytearray(_LARGE_BYTES if large else _SMALL_BYTES))


def _writable(sock):
    yield core._io_queue.queue_write(sock)
