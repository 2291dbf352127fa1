# SPDX-License-Identifier: MIT
"""One measurement: data that goes one way, and how much of it."""

import select
import struct
import time

from micropython import const
from upyos.lib import link

_BLOCK_BYTES = const(4096)
_EAGAIN = const(11)
_SECOND_US = const(1000000)


class Test:
    """Where data goes, and how much of it there was."""

    def __init__(self, control, streams, udp, sends, size, bandwidth=0):
        self.control = control
        self.streams = streams
        self.udp = udp
        self.sends = sends
        self.bandwidth = bandwidth
        self.bytes = 0
        self.packets = 0
        self.lost = 0
        self.jitter = 0
        self.transit = None
        self.block = bytearray(min(size, _BLOCK_BYTES))
        self.poller = select.poll()
        for stream in streams:
            self.poller.register(stream.sock, select.POLLOUT if sends else select.POLLIN)
        self.poller.register(control.sock, select.POLLIN)
        self.begin_us = time.ticks_us()
        self.last_us = 0
        self.last_bytes = 0
        # Microseconds: ticks end where their difference is no longer one.
        self.us = 0
        self.ticks_us = self.begin_us

    def _elapsed_us(self):
        now_us = time.ticks_us()
        self.us += time.ticks_diff(now_us, self.ticks_us)
        self.ticks_us = now_us
        return self.us

    def run(self, limit_us):
        """Carry data for so long (None: until the other end says so); print each second."""
        while limit_us is None or self._elapsed_us() < limit_us:
            if self._step():
                break
            if self._elapsed_us() - self.last_us >= _SECOND_US:
                self._show(self.last_us, self.us, self.bytes - self.last_bytes)
                self.last_us = self.us
                self.last_bytes = self.bytes
        self._elapsed_us()

    def _step(self):
        """Carry what goes now; True if the other end speaks: it says that it is over."""
        due = not (self.udp and self.sends) or self._is_due()
        for found in self.poller.poll(20 if due else 1):
            if found[0] is self.control.sock:
                return True
            if due:
                self._carry(found[0])
        link.look()
        return False

    def _is_due(self):
        return self.bytes * 8 * _SECOND_US <= self.bandwidth * self._elapsed_us()

    def _carry(self, sock):
        if self.udp:
            try:
                self._send_datagram(sock) if self.sends else self._take_datagram(sock)
            except OSError as exc:
                if exc.errno != _EAGAIN:
                    raise
            return
        count = sock.write(self.block) if self.sends else sock.readinto(self.block)
        if count == 0 and not self.sends:
            # it has no more, and says so elsewhere
            self.poller.unregister(sock)
        self.bytes += count or 0

    def _send_datagram(self, sock):
        now_us = self._elapsed_us()
        struct.pack_into(
            ">III", self.block, 0, now_us // _SECOND_US, now_us % _SECOND_US, self.packets + 1
        )
        self.bytes += sock.send(self.block)
        self.packets += 1

    def _take_datagram(self, sock):
        """Count a datagram, and what is missing before it; jitter is that of RFC 1889, A.8."""
        data = sock.recv(len(self.block))
        if len(data) < 12:
            return
        seconds, us, number = struct.unpack(">III", data)
        self.bytes += len(data)
        if number > self.packets:
            self.lost += number - self.packets - 1
            self.packets = number
        elif self.lost:
            self.lost -= 1
        transit = self._elapsed_us() - seconds % 1000 * _SECOND_US - us
        if self.transit is not None:
            self.jitter += (abs(transit - self.transit) % _SECOND_US - self.jitter) / 16
        self.transit = transit

    def _show(self, since_us, until_us, size, tail=""):
        since, until = since_us / _SECOND_US, until_us / _SECOND_US
        seconds = max(until_us - since_us, 1) / _SECOND_US
        print(
            "%6.2f-%-6.2f sec %8.2f KBytes %8.2f Mbits/sec%s"
            % (since, until, size / 1024, size * 8e-6 / seconds, tail)
        )

    def results(self):
        """Return what the other end wants to know."""
        stream = {
            "id": 1,
            "bytes": self.bytes,
            "retransmits": -1,
            "jitter": self.jitter / _SECOND_US,
            "errors": self.lost,
            "packets": self.packets,
            "start_time": 0,
            "end_time": self.us / _SECOND_US,
        }
        shares = [dict(stream, id=i + 1 + (i > 0)) for i in range(len(self.streams))]
        for share in shares[1:]:
            share["bytes"] = 0
        return {
            "cpu_util_total": 0,
            "cpu_util_user": 0,
            "cpu_util_system": 0,
            "sender_has_retransmits": 0,
            "streams": shares,
        }

    def show_sum(self, other):
        """Print both ends: what was sent, and what arrived."""
        theirs = sum(one.get("bytes", 0) for one in other.get("streams", ()))
        sent, came = (self.bytes, theirs) if self.sends else (theirs, self.bytes)
        self._show(0, self.us, sent, " sender")
        tail = " receiver"
        if self.udp:
            streams = other.get("streams") or ({},)
            lost = streams[0].get("errors", 0) if self.sends else self.lost
            tail += ", %d of %d lost" % (lost, self.packets)
        self._show(0, self.us, came, tail)
        return sent, came

    def close(self):
        """Close the connections of the data."""
        for stream in self.streams:
            stream.close()
