# SPDX-License-Identifier: MIT
"""Echo requests to a host: ICMP, RFC 792."""

import os
import select
import struct
import time

from micropython import const
from upyos.lib import link, waiting

_ICMP = const(1)
_REQUEST = const(8)
_REPLY = const(0)
_HEAD_BYTES = const(8)
_IP_BYTES = const(20)
_MOST_BYTES = const(1472)
_EPERM = const(1)
_EAGAIN = const(11)
_EACCES = const(13)
_ETIMEDOUT = const(110)


def _checksum(data):
    """Return the internet checksum: RFC 1071."""
    total = 0
    for i in range(0, len(data) - 1, 2):
        total += data[i] << 8 | data[i + 1]
    if len(data) & 1:
        total += data[-1] << 8
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _socket():
    """Return a socket for ICMP. Raises OSError, ImportError without a network."""
    import socket

    try:
        return socket.socket(socket.AF_INET, socket.SOCK_RAW, _ICMP)
    except OSError as exc:
        if exc.errno not in (_EPERM, _EACCES):
            raise
    # a process of the host that is not root's: Linux, icmp(7)
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM, _ICMP)


def _address(host):
    """Return the IPv4 address of a host as sendto() wants it. Raises ValueError, OSError."""
    import socket

    for entry in link.lookup(host, 0):
        if entry[0] == socket.AF_INET:
            return entry[-1]
    raise ValueError("no IPv4 address")


class Echo:
    """Requests to one host, and what came of them."""

    def __init__(self, host, timeout, size):
        self.host = host
        self.address = _address(host)
        self.link = link.Link(_socket(), timeout)
        # makes an answer one to us
        self.data = os.urandom(8) + bytes(range(256)) * 6
        self.data = self.data[: min(max(size, 16), _MOST_BYTES) - _HEAD_BYTES]
        self.name = struct.unpack(">H", self.data)[0]
        self.sent = 0
        self.times_us = []

    def once(self):
        """Send a request; return (ms, bytes, TTL or None). Raises OSError if no answer comes."""
        self.sent += 1
        head = struct.pack(">BBHHH", _REQUEST, 0, 0, self.name, self.sent & 0xFFFF)
        check = _checksum(head + self.data)
        head = struct.pack(">BBHHH", _REQUEST, 0, check, self.name, self.sent & 0xFFFF)
        begin_us = time.ticks_us()
        self.link.sock.sendto(head + self.data, self.address)
        while True:
            self._check_time(begin_us)
            packet = self._packet()
            took_us = time.ticks_diff(time.ticks_us(), begin_us)
            found = self._matching(packet)
            if found:
                self.times_us.append(took_us)
                return (took_us / 1000,) + found

    def _packet(self):
        """Return the next packet, or b"" after a while without one."""
        self.link.wait(select.POLLIN)
        try:
            return self.link.sock.recv(_IP_BYTES + 40 + _MOST_BYTES)
        except OSError as exc:
            if exc.errno != _EAGAIN:
                raise
        # poll() of lwIP's raw sockets does not wait: they are never connected
        time.sleep_ms(1)
        return b""

    def _check_time(self, begin_us):
        """Raise OSError if what came until now was for others, and the time is over."""
        if time.ticks_diff(time.ticks_us(), begin_us) >= self.link.limit_ms * 1000:
            raise OSError(_ETIMEDOUT)

    def _matching(self, packet):
        """Return (bytes, TTL or None) if a packet is the answer to the last request, else None."""
        ttl = None
        if packet and packet[0] >> 4 == 4:
            # with its IP header
            ttl = packet[8] if len(packet) > 8 else None
            packet = packet[(packet[0] & 15) * 4 :]
        if len(packet) < _HEAD_BYTES or packet[0] != _REPLY:
            return None
        if struct.unpack(">H", packet[6:])[0] != self.sent & 0xFFFF:
            return None
        return (len(packet), ttl) if packet[_HEAD_BYTES:] == self.data else None

    def sum(self):
        """Return the lines that end the output."""
        came = len(self.times_us)
        lost = 100 * (self.sent - came) // self.sent if self.sent else 0
        text = "%d packets transmitted, %d received, %d%% packet loss" % (self.sent, came, lost)
        if came:
            ordered = sorted(self.times_us)
            mean = sum(ordered) / came
            values = (ordered[0] / 1000, mean / 1000, ordered[-1] / 1000)
            text += "\nrtt min/avg/max = %.3f/%.3f/%.3f ms" % values
        return text

    def close(self):
        """Close the socket."""
        self.link.close()


def _one(echo, quiet):
    """Send a request and print what came of it."""
    from upyos.lib.reasons import reason

    try:
        ms, size, ttl = echo.once()
    except OSError as exc:
        text = "%s: icmp_seq=%d %s" % (echo.host, echo.sent, reason(exc))
    else:
        hops = "" if ttl is None else " ttl=%d" % ttl
        text = "%d bytes from %s: icmp_seq=%d%s time=%.3f ms" % (
            size,
            echo.host,
            echo.sent,
            hops,
            ms,
        )
    if not quiet:
        print(text)


def ping(host, count=4, timeout=5000, interval=10, quiet=False, size=64):
    """Send count echo requests of size bytes, the next one interval ms after an answer.

    timeout is the time for an answer, in ms. Prints a line for each, and the sum, unless quiet;
    Ctrl-C ends with the sum. Returns (sent, received). Raises ValueError for an unknown host,
    OSError, ImportError without a network.
    """
    echo = Echo(host, timeout, size)
    try:
        for number in range(count):
            if number:
                waiting.pause(interval)
            _one(echo, quiet)
    except KeyboardInterrupt:
        pass
    finally:
        echo.close()
    if not quiet:
        print(echo.sum())
    return echo.sent, len(echo.times_us)
