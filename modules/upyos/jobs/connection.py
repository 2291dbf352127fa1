# SPDX-License-Identifier: MIT
"""One peer of a service: what a session reads and writes, and how long it has for it."""

import gc
import time
from asyncio import core

import sdata
from micropython import const
from upyos import console

# A connection that has not logged in by then is let go (behaviour contract 9).
_LOGIN_S = const(60)
_IPPROTO_TCP = const(6)
# Linux's number, for the UNIX port, which has no name for it.
_TCP_NODELAY = const(1)


class Connection:
    """One peer of a service. Its coroutine is the session; its methods are awaited there."""

    # Logged in: not dropped to make room.
    known = False
    # Of all: one password is checked at a time, see upyos.svc.login.
    hashing = False
    # How many log-ins failed.
    failed = 0
    # A peer that takes no output for so long is let go (behaviour contract 9.1).
    patience_s = 10
    # Another connection of the session, or None.
    second_one = None

    def __init__(self, service, sock, peer):
        import socket

        import upyos_port

        self.service = service
        # What is read and written, and what is waited for: TLS stands over it (upyos.tls).
        self.sock = self.wire = sock
        # Its address, a text.
        self.peer = peer
        # Seconds until it is let go; the session sets it anew. None is never.
        self.left_s = _LOGIN_S
        # The same while it takes no output.
        self.stall_s = 0
        self.hold(0)
        sock.setblocking(False)
        upyos_port.prepare(sock)
        # Else a reply waits until the peer has acknowledged the one before (RFC 896): 40 ms each.
        sock.setsockopt(_IPPROTO_TCP, getattr(socket, "TCP_NODELAY", _TCP_NODELAY), 1)

    def is_open(self):
        """Tell whether nobody has to log in."""
        return not sdata.sysconfig["auth"]["paswd"]

    def hold(self, time_ms):
        """Have a place for so long, without a log-in too."""
        self.place_ms = time.ticks_add(time.ticks_ms(), time_ms)

    async def run(self):
        """Run the session; whatever it raises ends this connection only.

        A session returns None, or the coroutine of what it became: a terminal, that lasts for
        hours, then keeps nothing of the request that asked for it.
        """
        try:
            session = self.service.session(self)
            while session:
                session = await session
        except OSError:
            # the peer is gone
            pass
        # barrier: an error in a session ends that connection only
        except Exception as exc:
            gc.collect()
            console.error("%s: %s: %s" % (self.service.cmd, type(exc).__name__, exc))
        finally:
            self.sock.close()
            if self in self.service.connections:
                self.service.connections.remove(self)

    def second(self):
        """Count a second that has passed; let go of the peer if it was the last one."""
        if self.left_s is not None:
            self.left_s -= 1
        if self.stall_s:
            self.stall_s -= 1
        if self.left_s == 0 or self.stall_s == 1:
            self.drop()
        if self.second_one:
            self.second_one.second()

    def drop(self):
        """End the connection as soon as its task runs."""
        self.task.cancel()

    def abort(self):
        """End the connection at once. The task, if it is not the one that runs, has ended then."""
        self.sock.close()
        try:
            self.task.coro.coroutine.close()
        except ValueError:
            # it is the one that runs: it ends with this step
            return
        self.task.cancel()

    def readinto(self, block):
        """Fill block with what has come; return how many bytes, 0 at the end."""
        while True:
            count = self.sock.readinto(block)
            if count is not None:
                return count
            yield core._io_queue.queue_read(self.wire)

    def read(self, most):
        """Return what has come, at most so many bytes, b"" at the end."""
        while (data := self.sock.read(most)) is None:
            yield core._io_queue.queue_read(self.wire)
        return data

    def line(self, most):
        """Return the next line with its end, b"" at the end of input.

        Raises ValueError for one of more than most bytes; the rest of it is not read.
        """
        found = b""
        while True:
            part = self.sock.readline(most - len(found))
            if part is None:
                yield core._io_queue.queue_read(self.wire)
                continue
            found += part
            if not part or found[-1] == 10:
                return found if part else b""
            if len(found) >= most:
                raise ValueError("line too long")

    def write(self, data):
        """Send all of data: bytes, or a text."""
        if isinstance(data, str):
            data = data.encode()
        count = self.sock.write(data)
        if count == len(data):
            return
        data = memoryview(data)[count or 0 :]
        self.stall_s = self.patience_s + 1
        while data:
            yield core._io_queue.queue_write(self.wire)
            count = self.sock.write(data)
            if count:
                self.stall_s = self.patience_s + 1
                data = data[count:]
        self.stall_s = 0
