# SPDX-License-Identifier: MIT
"""The time from a server: Simple Network Time Protocol, RFC 4330."""

import os
import struct

from micropython import const
from upyos.lib import waiting

PORT = const(123)
_PACKET_BYTES = const(48)
_TIME_BYTES = const(8)
_ETIMEDOUT = const(110)
# Where the times stand, and leap indicator 0, version 4, mode 3: a client (RFC 4330, 4)
_ORIGINATE_OFF = const(24)
_TRANSMIT_OFF = const(40)
_CLIENT = const(0x23)
_SERVER_MODE = const(4)
_UNSYNCHRONISED = const(3)
_MOST_STRATUM = const(15)


def request(nonce):
    """Return a request. A nonce of 8 bytes stands for our time; the answer gives it back."""
    packet = bytearray(_PACKET_BYTES)
    packet[0] = _CLIENT
    packet[_TRANSMIT_OFF:] = nonce
    return packet


def moment(packet, nonce):
    """Return the time of an answer in seconds since 1 January 1900; None if it is none to us.

    Raises ValueError if the server has no time, or does not serve us.
    """
    if len(packet) < _PACKET_BYTES or packet[0] & 7 != _SERVER_MODE:
        return None
    if packet[_ORIGINATE_OFF : _ORIGINATE_OFF + _TIME_BYTES] != nonce:
        return None
    seconds, fraction = struct.unpack(">II", packet[_TRANSMIT_OFF:])
    if packet[0] >> 6 == _UNSYNCHRONISED or not 0 < packet[1] <= _MOST_STRATUM or not seconds:
        raise ValueError("the server has no time")
    # the seconds begin anew in 2036 (RFC 4330, 3)
    if not seconds >> 31:
        seconds += 1 << 32
    return seconds + (fraction >> 31)


def ask(host, port, limit_ms):
    """Return the time of a server in seconds since 1 January 1900.

    Raises ImportError without a network, OSError if nobody answers in time (the limit is not that
    of looking up the name), ValueError for a host that is not known or has no time.
    """
    import socket

    try:
        address = socket.getaddrinfo(host, port, 0, socket.SOCK_DGRAM)[0]
    except OSError:
        raise ValueError("unknown host") from None
    link = socket.socket(address[0], socket.SOCK_DGRAM)
    try:
        link.connect(address[-1])
        found = _exchange(link, limit_ms)
    finally:
        link.close()
    if found is None:
        raise OSError(_ETIMEDOUT)
    return found


def _exchange(link, limit_ms):
    """Send a request; return the time of the answer, None if there is none."""
    import select

    poller = select.poll()
    poller.register(link, select.POLLIN)
    nonce = os.urandom(_TIME_BYTES)
    link.send(request(nonce))

    def answer():
        # an answer that is none to us does not end the wait
        return moment(link.recv(_PACKET_BYTES), nonce) if poller.poll(0) else None

    return waiting.until(answer, limit_ms)
