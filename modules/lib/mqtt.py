# SPDX-License-Identifier: MIT
"""A client of MQTT 3.1.1 (OASIS): one connection to a broker, QoS 0 to 2."""

import binascii
import os
import select
import struct
import time

from micropython import const
from upyos.lib import link, waiting

PORT = const(1883)
_KEEP_S = const(60)
_MOST_BYTES = const(16384)
_BLOCK_BYTES = const(512)
_PAUSES_S = const((1, 2, 4, 8, 16, 30))
_ETIMEDOUT = const(110)
_ECONNRESET = const(104)

# Types of packets, in the upper half of the first byte (2.2.1).
_CONNACK = const(2)
_PUBLISH = const(3)
_PUBACK = const(4)
_PUBREC = const(5)
_PUBREL = const(6)
_PUBCOMP = const(7)
_SUBACK = const(9)
_UNSUBACK = const(11)
_PINGRESP = const(13)
_REFUSALS = (
    "",
    "the broker speaks another version",
    "the broker refuses this client's name",
    "the broker is not ready",
    "wrong user or password",
    "not allowed",
)


class Refused(ValueError):
    """What the broker said no to."""


def _text(value):
    """Return a text or bytes with its length before it (1.5.3). Raises ValueError."""
    data = value.encode() if isinstance(value, str) else value
    if len(data) > 65535:
        raise ValueError("too long")
    return struct.pack(">H", len(data)) + data


def _length(count):
    """Return a remaining length as it is sent (2.2.3)."""
    found = bytearray()
    while True:
        count, low = count >> 7, count & 127
        found.append(low | 128 if count else low)
        if not count:
            return found


class Client:
    """A connection to a broker; will is (topic, text, qos, retain) or None.

    Methods raise OSError, and ValueError with the reason as its text.
    """

    wire = None

    def __init__(self, host, port=PORT, user=None, password=None, will=None, again=False):
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.will = will
        # Whether a connection that was lost is made again.
        self.again = again
        self.name = "upyos-" + binascii.hexlify(os.urandom(4)).decode()
        # {topic: qos} of what is subscribed to.
        self.topics = {}
        self.number = 0
        # What has come of a packet: Ctrl-C may break in, and the rest comes later.
        self.part = bytearray()
        # What was received and not handed on yet: (topic, data).
        self.waiting = []
        # Numbers of messages of QoS 2 that were handed on, until the broker releases them.
        self.known = set()
        self.used_ms = 0

    def connect(self):
        """Connect, and subscribe again to what there was (3.1)."""
        self.close()
        flags = 2
        rest = _text(self.name)
        if self.will:
            topic, text, qos, retain = self.will
            flags |= 4 | qos << 3 | (32 if retain else 0)
            rest += _text(topic) + _text(text)
        if self.user is not None:
            flags |= 128
            rest += _text(self.user)
        if self.password is not None:
            flags |= 64
            rest += _text(self.password)
        self.wire = link.connect(self.host, self.port)
        whole = False
        try:
            self._send(0x10, _text("MQTT") + struct.pack(">BBH", 4, flags, _KEEP_S) + rest)
            kind, _, data = self._packet()
            if kind != _CONNACK or len(data) != 2:
                raise ValueError("not a broker's answer")
            if data[1]:
                raise Refused(_REFUSALS[data[1]] if data[1] < 6 else "refused")
            for topic, qos in list(self.topics.items()):
                self.subscribe(topic, qos)
            whole = True
        finally:
            if not whole:
                self.close()

    def close(self):
        """Break the connection off: the broker sends the will."""
        self.part = bytearray()
        if self.wire:
            self.wire.close()
            self.wire = None

    def disconnect(self):
        """Say goodbye: the broker forgets the will."""
        if self.wire:
            try:
                self._send(0xE0, b"")
            except OSError:
                # it is gone already
                pass
        self.close()

    def publish(self, topic, data, qos=0, retain=False):
        """Send a message; with QoS 1 and 2 until the broker has it (4.3)."""
        _check(topic, False)
        rest = _text(topic)
        if qos:
            rest += struct.pack(">H", self._next())
        data = data.encode() if isinstance(data, str) else data
        self._send(0x30 | qos << 1 | (1 if retain else 0), rest + data)
        if qos == 1:
            self._acknowledged(_PUBACK)
        elif qos == 2:
            self._acknowledged(_PUBREC)
            self._send(0x62, struct.pack(">H", self.number))
            self._acknowledged(_PUBCOMP)

    def subscribe(self, topic, qos=0):
        """Ask for the messages of a topic, which may have + and # (3.8)."""
        _check(topic, True)
        self._send(0x82, struct.pack(">H", self._next()) + _text(topic) + bytes((qos,)))
        if self._acknowledged(_SUBACK)[2:3] == b"\x80":
            raise Refused("the broker refuses this topic")
        self.topics[topic] = qos

    def unsubscribe(self, topic):
        """Ask for them no more (3.10)."""
        self._send(0xA2, struct.pack(">H", self._next()) + _text(topic))
        self._acknowledged(_UNSUBACK)
        self.topics.pop(topic, None)

    def ping(self):
        """Ask whether the broker is there; return how many ms that took (3.12)."""
        begin_ms = time.ticks_ms()
        self._send(0xC0, b"")
        while self._packet()[0] != _PINGRESP:
            pass
        return time.ticks_diff(time.ticks_ms(), begin_ms)

    def receive(self, limit_ms=None):
        """Return the next (topic, data), or None if none came in that time; keeps alive."""
        begin_ms = time.ticks_ms()
        while not self.waiting:
            idle_ms = time.ticks_diff(time.ticks_ms(), self.used_ms)
            left_ms = max(0, _KEEP_S * 500 - idle_ms)
            if limit_ms is not None:
                rest_ms = limit_ms - time.ticks_diff(time.ticks_ms(), begin_ms)
                if rest_ms <= 0:
                    return None
                left_ms = min(left_ms, rest_ms)
            if self._is_ready(left_ms):
                self._packet()
            elif idle_ms >= _KEEP_S * 500:
                self.ping()
        return self.waiting.pop(0)

    def _is_ready(self, limit_ms):
        """Wait until something comes; False if nothing does in that time."""
        before = self.wire.limit_ms
        self.wire.limit_ms = limit_ms
        try:
            self.wire.wait(select.POLLIN)
            return True
        except OSError as exc:
            if exc.errno != _ETIMEDOUT:
                raise
            return False
        finally:
            self.wire.limit_ms = before

    def reconnect(self):
        """Connect again, with growing pauses, until it works. Raises Refused."""
        for number in range(1000000):
            try:
                return self.connect()
            except Refused:
                raise
            except (OSError, ValueError):
                waiting.pause(_PAUSES_S[min(number, len(_PAUSES_S) - 1)] * 1000)

    def _next(self):
        self.number = self.number % 65535 + 1
        return self.number

    def _send(self, first, rest):
        if self.wire is None:
            raise ValueError("not connected")
        self.wire.write(bytes((first,)) + _length(len(rest)) + rest)
        self.used_ms = time.ticks_ms()

    def _acknowledged(self, kind):
        """Wait for the answer to the last packet with a number; return its content."""
        while True:
            found, _, data = self._packet()
            if found == kind and data[:2] == struct.pack(">H", self.number):
                return data

    def _packet(self):
        """Return (type, flags, content) of the next packet; messages are kept for receive()."""
        if self.wire is None:
            raise ValueError("not connected")
        part = self.part
        size = shift = 0
        at = 1
        while True:
            self._read_up_to(at + 1)
            byte = part[at]
            at += 1
            size |= (byte & 127) << shift
            shift += 7
            if not byte & 128:
                break
            if shift > 21:
                raise ValueError("not a broker's answer")
        if size > _MOST_BYTES:
            raise ValueError("a message is too long: %d bytes" % size)
        self._read_up_to(at + size)
        first = part[0]
        data = bytes(memoryview(part)[at:])
        self.part = bytearray()
        if first >> 4 == _PUBLISH:
            self._published(first, data)
        elif first >> 4 == _PUBREL:
            self.known.discard(data[:2])
            self._send(0x70, data[:2])
        return first >> 4, first & 15, data

    def _read_up_to(self, count):
        """Read until there are count bytes of a packet."""
        while len(self.part) < count:
            block = memoryview(bytearray(min(count - len(self.part), _BLOCK_BYTES)))
            came = self.wire.readinto(block)
            if not came:
                raise OSError(_ECONNRESET)
            self.part.extend(block[:came])

    def _published(self, first, data):
        """Keep a message, and acknowledge it (3.3)."""
        qos = first >> 1 & 3
        end = 2 + struct.unpack(">H", data[:2])[0] if len(data) >= 2 else 0
        if not end or len(data) < end + (2 if qos else 0) or qos == 3:
            raise ValueError("not a broker's answer")
        topic = data[2:end].decode()
        if not qos:
            self.waiting.append((topic, data[end:]))
            return
        number = data[end : end + 2]
        if qos == 1 or number not in self.known:
            self.waiting.append((topic, data[end + 2 :]))
        if qos == 2:
            self.known.add(number)
        self._send(0x40 if qos == 1 else 0x50, number)


def _check(topic, pattern):
    """Raise ValueError for what is no topic, or no pattern of topics (4.7)."""
    if not topic or "\0" in topic or not pattern and ("+" in topic or "#" in topic):
        raise ValueError("not a topic")
