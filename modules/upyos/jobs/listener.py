# SPDX-License-Identifier: MIT
"""Services while nobody uses them: their processes, and one look at all listening sockets.

This module is the loop (upyos.state.loop) while nothing but services is in the background. It
needs no asyncio. With the first connection, or when a program loads asyncio, a Driver of
jobs.tasks becomes the loop, and jobs.serving accepts; once there are no more jobs, the next
prompt drops those and this one is the loop again. So it stays loaded as long as there are
services: the table of failed log-ins is one for all.
"""

import select
import sys

import _upyos
from micropython import const
from upyos import process, state

# While a program runs; on a board a socket says by itself that something came.
_PERIOD_MS = const(50)

# Failed log-ins of peers, see upyos.svc.login: {address: [count, ticks of the next try]}.
failures = {}
poller = select.poll()


class Service(process.Proc):
    """The process of a service; it ends at once when its status becomes S."""

    ext = "py"
    isthr = True
    _status = "R"
    # Who has what there is one of: the console, the transfer.
    holder = None
    # What its connections are under TLS with (upyos.tls.secured).
    context = None
    # Another process that runs as long as this one: that of uhttpd for https.
    twin = None
    # The coroutine function that a connection runs; loaded with the first connection.
    session = None
    # A list while there is a Driver, and the task that accepts, the job that its tasks are of.
    connections = ()
    task = job = None

    def __init__(self, kind, sock, place, settings):
        super().__init__()
        # As in svc.kinds.
        self.kind = kind
        self.cmd = self.service = kind[0]
        self.args = ["start"]
        self.sock = sock
        # (address, port) that it listens at.
        self.place = place
        self.settings = settings

    @property
    def sts(self):
        """Status of the process."""
        return self._status

    @sts.setter
    def sts(self, status):
        self._status = status
        if self.twin:
            self.twin.sts = status
        if status != "S":
            poller.modify(self.sock, select.POLLIN if status == "R" else 0)
            return
        if self.task:
            self.task.cancel()
        if state.turn is None or state.turn.ident() == 0:
            self.end()

    def end(self):
        """Close what is open, take the process from the table. Its tasks end without a step."""
        if not state.procs.pop(self.pid, None):
            return
        from upyos.lib import announce

        poller.unregister(self.sock)
        self.sock.close()
        announce.service(self.service, 0)
        if self.job:
            from upyos.jobs import serving

            serving.end(self)
        if not services():
            state.loop.parted()


def services():
    """Return the processes of all services."""
    return [proc for proc in state.procs.values() if isinstance(proc, Service)]


def running(name):
    """Return the process of the service of that name, or None."""
    for proc in services():
        if proc.service == name:
            return proc


def start(proc):
    """Let a service run."""
    process.attach(proc, False)
    poller.register(proc.sock, select.POLLIN)
    if state.loop is None:
        rest()
    if state.loop.employ is not employ:
        state.loop.ears = sys.modules[__name__]
        from upyos.jobs import serving

        serving.begin(proc)
    elif "asyncio" in sys.modules:
        woken()


def rest():
    """Be the loop; return False: nothing but services is in the background."""
    this = sys.modules[__name__]
    if state.loop is not this:
        import upyos_port

        state.loop = this
        state.key = state.key or key
        upyos_port.timer(_PERIOD_MS, step)
        for proc in services():
            proc.task = proc.job = None
            proc.connections = ()
    return False


def parted():
    """Be the loop no more: the last service has ended."""
    import upyos_port

    state.loop = None
    upyos_port.timer(0, None)


def key():
    """Wait for a key while nothing but services is in the background; return it, or -1."""
    if state.loop is None:
        state.key = None
        state.modules = 0
        return -1
    return _upyos.key(step())


def step():
    """Look at the sockets; return how many ms nothing will be."""
    for sock, _event in poller.ipoll(0):
        _upyos.hold(True)
        try:
            woken()
        except MemoryError:
            # Nobody is there to say so.
            sock.accept()[0].close()
        finally:
            _upyos.hold(False)
        return 0
    return _PERIOD_MS


def woken():
    """Have jobs.tasks be the loop. While somebody loads it, he will."""
    from upyos.jobs import loop

    # the last name in it
    if hasattr(loop, "Visit"):
        loop.install()


def clear():
    """Drop what a program left in the loop: nothing."""


def employ():
    """Have all services accept by themselves."""
    from upyos.jobs import serving

    for proc in services():
        serving.begin(proc)
