# SPDX-License-Identifier: MIT
"""Services in the loop of jobs.tasks: who accepts, connections and their limits."""

import gc
import time
from asyncio import core

import _upyos
from micropython import const
from upyos.jobs import sockets, tasks
from upyos.jobs.connection import Connection
from upyos.jobs.output import Lines
from upyos.programs import failure

# What accept() raises again and again, for want of memory say, must not take all time.
_PAUSE_MS = const(100)
# Between two looks for room.
_ROOM_MS = const(5)
_EAGAIN = const(11)


class Job:
    """The job of a service."""

    over = False
    # It has connections.
    busy = False

    def __init__(self, proc):
        self.proc = proc
        self.out = Lines()

    def left(self, exc):
        """Note that the task that accepts ended."""
        self.over = True
        if not isinstance(exc, core.CancelledError):
            failure.status(self.proc, exc)

    def end(self):
        """End the process."""
        self.proc.end()


def begin(proc):
    """Let a service accept connections."""
    proc.connections = []
    proc.job = Job(proc)
    # Not a part of a job that happens to start it.
    proc.task = core.Task(tasks.Part(proc.job, _serve(proc), True), core.__dict__)
    core._task_queue.push(proc.task)


def end(proc):
    """Close all connections of a service. Its tasks end without another step."""
    proc.job.over = True
    for connection in proc.connections:
        connection.abort()
    proc.connections = ()
    _rest(proc.job)


def _rest(job):
    if job.busy:
        job.busy = False
        job.proc.session = None
        tasks.less()


async def _serve(proc):
    """Accept connections until the process is asked to stop."""
    waits = True
    while True:
        try:
            if waits or _is_full(proc):
                # nobody gives way before there is another peer
                await readable(proc.sock)
                waits = False
            while proc.sts == "H":
                await core.sleep_ms(_PAUSE_MS)
            while not _room(proc):
                await core.sleep_ms(_ROOM_MS)
            sock, peer = proc.sock.accept()
        except OSError as exc:
            waits = True
            if exc.errno != _EAGAIN:
                await core.sleep_ms(_PAUSE_MS)
            continue
        # whatever goes wrong with one connection, the service goes on
        try:
            _take(proc, sock, sockets.address(peer))
        except (OSError, MemoryError):
            sock.close()
            gc.collect()


def _is_full(proc):
    return len(proc.connections) >= proc.settings.get("connections", proc.kind[3])


def _room(proc):
    """Tell whether the next peer need not wait.

    The oldest one that has not logged in gives way, once it has had its moment.
    """
    waits = False
    if _is_full(proc):
        now_ms = time.ticks_ms()
        for connection in proc.connections:
            if connection.known:
                continue
            if time.ticks_diff(now_ms, connection.place_ms) >= 0:
                proc.connections.remove(connection)
                connection.abort()
                return True
            waits = True
    return not waits


def _take(proc, sock, peer):
    """Begin a connection; without room for it nobody could be let go: it is closed."""
    if _is_full(proc):
        sock.close()
        return
    if proc.session is None:
        proc.session = _upyos.load(proc.kind[1], proc.cmd).session
    connection = Connection(proc, sock, peer)
    proc.connections.append(connection)
    connection.task = core.create_task(connection.run())
    if not proc.job.busy:
        proc.job.busy = True
        tasks.more()
        core.create_task(_watch(proc))


async def _watch(proc):
    """Let go of peers that are too slow, as long as there are connections."""
    while proc.connections:
        await core.sleep_ms(1000)
        for connection in proc.connections[:]:
            connection.second()
    _rest(proc.job)


def readable(sock):
    """Wait until there is something to read; to be awaited."""
    yield core._io_queue.queue_read(sock)
