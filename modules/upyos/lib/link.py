# SPDX-License-Identifier: MIT
"""A connection of a client: what it waits for has a limit, and tasks go on meanwhile."""

import select
import time

from micropython import const
from upyos import process

# What is asked to stop, or held up by a poll that no signal ends, looks so often.
_STEP_MS = const(20)
LIMIT_MS = const(15000)
_ENOMEM = const(12)
_EINPROGRESS = const(115)
_ETIMEDOUT = const(110)
_ECONNRESET = const(104)
_ECONNREFUSED = const(111)
_LF = const(10)
_FAILED = const(0x18)  # POLLERR | POLLHUP


class Link:
    """A connected socket, or a listening one. limit_ms None waits for ever."""

    def __init__(self, sock, limit_ms=LIMIT_MS):
        self.sock = sock
        # What is read and written: TLS stands over the socket.
        self.stream = sock
        self.limit_ms = limit_ms
        self.poller = select.poll()
        sock.setblocking(False)
        self.poller.register(sock, 0)

    def over(self, stream):
        """Read and write through a stream that stands over the socket."""
        self.stream = stream
        self.poller.unregister(self.sock)
        self.poller.register(stream, 0)

    def wait(self, events):
        """Wait for events of select.poll; return those that came.

        Raises OSError(ETIMEDOUT), and KeyboardInterrupt in a process that is asked to stop.
        """
        self.poller.modify(self.stream, events)
        begin_ms = time.ticks_ms()
        while not (found := self.poller.poll(_STEP_MS)):
            look()
            waited_ms = time.ticks_diff(time.ticks_ms(), begin_ms)
            if self.limit_ms is not None and waited_ms >= self.limit_ms:
                raise OSError(_ETIMEDOUT)
        return found[0][1]

    def readinto(self, block):
        """Fill block with what has come; return how many bytes, 0 at the end."""
        while (count := self.stream.readinto(block)) is None:
            self.wait(select.POLLIN)
        return count

    def read_all(self, count):
        """Return count bytes. Raises OSError(ECONNRESET) if the peer closes before."""
        block = bytearray(count)
        view = memoryview(block)
        while view:
            came = self.readinto(view)
            if not came:
                raise OSError(_ECONNRESET)
            view = view[came:]
        return block

    def line(self, most):
        """Return the next line with its end, b"" at the end of input.

        Raises ValueError for one of more than most bytes.
        """
        found = b""
        while not found or found[-1] != _LF:
            part = self.stream.readline(most - len(found))
            if part is None:
                self.wait(select.POLLIN)
                continue
            found += part
            if not part:
                break
            if len(found) >= most:
                raise ValueError("a line of the answer is too long")
        return found

    def write(self, data):
        """Send all of data: bytes, or a text."""
        if isinstance(data, str):
            data = data.encode()
        data = memoryview(data)
        while data:
            count = self.stream.write(data)
            if count:
                data = data[count:]
            else:
                self.wait(select.POLLOUT)

    def close(self):
        """Close it, whatever state it is in."""
        if self.stream is not self.sock:
            try:
                self.stream.close()
            except OSError:
                # the peer is gone: it gets no farewell
                pass
        self.sock.close()


def look():
    """Raise KeyboardInterrupt if the calling process is asked to stop."""
    proc = process.current()
    if proc and proc.sts == "S":
        raise KeyboardInterrupt


def lookup(host, port, kind=None):
    """Return what socket.getaddrinfo says of a host. Raises ValueError if it is not known."""
    import socket

    try:
        found = socket.getaddrinfo(host, port, 0, kind or socket.SOCK_STREAM)
    except OSError as exc:
        if exc.errno == _ENOMEM:
            raise
        found = None
    if not found:
        raise ValueError("unknown host")
    return found


def connect(host, port, limit_ms=LIMIT_MS):
    """Return a Link to the first address of a host that takes it.

    Raises ImportError without a network, ValueError for an unknown host, OSError.
    """
    import socket

    failed = None
    for address in lookup(host, port):
        link = Link(socket.socket(address[0], socket.SOCK_STREAM), limit_ms)
        try:
            _reach(link, address[-1])
            return link
        except OSError as exc:
            failed = exc
            link.close()
        except KeyboardInterrupt:
            link.close()
            raise
    raise failed


def _reach(link, address):
    """Connect, and wait until that is done. Raises OSError."""
    try:
        link.sock.connect(address)
    except OSError as exc:
        if exc.errno != _EINPROGRESS:
            raise
    if link.wait(select.POLLOUT) & _FAILED:
        import socket

        try:
            # What came before a reset is for whoever reads. Nothing: this raises what went wrong.
            if link.sock.recv(1, socket.MSG_PEEK):
                return
        except OSError as exc:
            if exc.errno != _ECONNRESET:
                raise
        # lwIP calls it a reset, as that of a connection that stands
        raise OSError(_ECONNREFUSED)


def listen(port):
    """Return a Link that listens at a port of all interfaces. Raises OSError, ImportError."""
    import socket

    sock = socket.socket()
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])
        sock.listen(2)
    except OSError:
        sock.close()
        raise
    return Link(sock, None)


def datagrams(host, port):
    """Return a Link for UDP: to a port of a host, or at a port of ours if host is None."""
    import socket

    address = lookup(host or "0.0.0.0", port, socket.SOCK_DGRAM)[0]
    link = Link(socket.socket(address[0], socket.SOCK_DGRAM))
    try:
        if host:
            link.sock.connect(address[-1])
        else:
            link.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            link.sock.bind(address[-1])
    except OSError:
        link.close()
        raise
    return link
