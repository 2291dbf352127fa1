# SPDX-License-Identifier: MIT
"""What all services share: the process, the listening socket, connections and their limits.

A service without a client is one task that waits for its socket. The module that speaks its
protocol is loaded with the first connection and let go with the last one. This module stays
loaded as long as there are jobs, so that all services see the same table of failed log-ins.
"""

import gc
import time
from asyncio import core

from micropython import const
from upyos import process, state
from upyos.jobs import loop, tasks
from upyos.jobs.connection import Connection
from upyos.jobs.output import Lines

_BACKLOG = const(4)
_AF_INET = const(2)
# What accept() raises again and again, for want of memory say, must not take all time.
_PAUSE_MS = const(100)
# Between two looks for room.
_ROOM_MS = const(5)
_EAGAIN = const(11)

# Failed log-ins of peers, see upyos.svc.login: {address: [count, ticks of the next try]}.
failures = {}


class Service(process.Proc):
    """The process of a service; it ends at once when its status becomes S."""

    ext = "py"
    isthr = True
    _status = "R"
    # Who has what there is one of: the console, the transfer.
    holder = None

    def __init__(self, name, load, sock, place):
        super().__init__()
        self.cmd = self.service = name
        self.args = ["start"]
        # Returns the coroutine function that a connection runs; called with the first one.
        self.load = load
        self.session = None
        self.watched = False
        self.sock = sock
        # (address, port) that it listens at, and how many connections there may be.
        self.place = place
        self.most = 0
        self.settings = {}
        self.connections = []
        self.job = _Job(self)

    @property
    def sts(self):
        """Status of the process."""
        return self._status

    @sts.setter
    def sts(self, status):
        self._status = status
        if status == "S":
            self.task.cancel()
            if state.turn is None or state.turn.ident() == 0:
                self.job.end()

    def close(self):
        """Close all sockets. Its tasks end without another step."""
        from upyos.lib import announce

        announce.service(self.service, 0)
        self.sock.close()
        for connection in self.connections:
            connection.abort()
        self.connections.clear()

    def room(self):
        """Tell whether the next peer need not wait.

        The oldest one that has not logged in gives way, once it has had its moment.
        """
        waits = False
        if len(self.connections) >= self.most:
            now_ms = time.ticks_ms()
            for connection in self.connections:
                if connection.known:
                    continue
                if time.ticks_diff(now_ms, connection.place_ms) >= 0:
                    self.connections.remove(connection)
                    connection.abort()
                    return True
                waits = True
        return not waits

    def take(self, sock, peer):
        """Begin a connection; without room for it nobody could be let go: it is closed."""
        if len(self.connections) >= self.most:
            sock.close()
            return
        if self.session is None:
            self.session = self.load()
        connection = Connection(self, sock, peer)
        self.connections.append(connection)
        connection.task = core.create_task(connection.run())
        if not self.watched:
            self.watched = True
            core.create_task(self.watch())

    async def watch(self):
        """Let go of peers that are too slow, as long as there are connections."""
        while self.connections:
            await core.sleep_ms(1000)
            for connection in self.connections[:]:
                connection.second()
        self.watched = False
        self.session = None


class _Job(tasks.Job):
    """The job of a service."""

    def __init__(self, proc):
        self.proc = proc
        self.pid = proc.pid
        self.out = Lines()

    def end(self):
        """Close what is open, take the process from the table."""
        if state.procs.pop(self.pid, None):
            self.over = True
            self.proc.close()
            tasks.less()


def listen(address, port):
    """Return a listening socket. Raises OSError, ImportError without a network."""
    import socket

    import upyos_port

    place = socket.getaddrinfo(address, port)[0][-1]
    sock = socket.socket()
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(place)
        sock.listen(_BACKLOG)
        upyos_port.prepare(sock)
    except OSError:
        sock.close()
        raise
    return sock


def start(proc):
    """Let a service run."""
    loop.install()
    tasks.more()
    part = tasks.Part(proc.job, _serve(proc), True)
    # Not a part of a job that happens to start it.
    proc.task = core.Task(part, core.__dict__)
    core._task_queue.push(proc.task)
    process.attach(proc, False)


async def _serve(proc):
    """Accept connections until the process is asked to stop."""
    while True:
        try:
            await readable(proc.sock)
            while proc.sts == "H":
                await core.sleep_ms(_PAUSE_MS)
            while not proc.room():
                await core.sleep_ms(_ROOM_MS)
            sock, peer = proc.sock.accept()
        except OSError as exc:
            if exc.errno != _EAGAIN:
                await core.sleep_ms(_PAUSE_MS)
            continue
        # barrier: whatever goes wrong with one connection, the service goes on
        try:
            proc.take(sock, address(peer))
        except (OSError, MemoryError):
            sock.close()
            gc.collect()


def running(name):
    """Return the process of the service of that name, or None."""
    for proc in state.procs.values():
        if getattr(proc, "service", None) == name:
            return proc


def address(peer):
    """Return the address in what accept() gave, a text."""
    if isinstance(peer, tuple):
        return peer[0]
    import socket

    return ".".join(str(byte) for byte in socket.sockaddr(peer)[1])


def readable(sock):
    """Wait until there is something to read; to be awaited."""
    yield core._io_queue.queue_read(sock)
