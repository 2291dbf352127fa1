# SPDX-License-Identifier: MIT
"""A WebSocket of uhttpd, frame by frame (RFC 6455)."""

import base64
import hashlib
import struct

from network import Closed, Plain

KEY = base64.b64encode(bytes(range(16))).decode()
ACCEPT = base64.b64encode(
    hashlib.sha1(KEY.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
).decode()
MASK = b"\x12\x34\x56\x78"


def request(**fields: str) -> bytes:
    """What opens one; fields in addition, or in place of the usual ones."""
    usual = {
        "Host": "127.0.0.1",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec_WebSocket_Key": KEY,
        "Sec_WebSocket_Version": "13",
    }
    lines = [f"{name.replace('_', '-')}: {text}" for name, text in {**usual, **fields}.items()]
    return "\r\n".join(["GET /ws HTTP/1.1", *lines, "", ""]).encode()


def frame(kind: int, data: bytes, *, final: bool = True, masked: bool = True) -> bytes:
    """A frame of a client."""
    head = bytes([kind | 0x80 * final])
    mark = 0x80 * masked
    if len(data) < 126:
        head += bytes([mark | len(data)])
    elif len(data) < 1 << 16:
        head += struct.pack(">BH", mark | 126, len(data))
    else:
        head += struct.pack(">BQ", mark | 127, len(data))
    if not masked:
        return head + data
    return head + MASK + bytes(byte ^ MASK[i % 4] for i, byte in enumerate(data))


class WebSocket:
    """A terminal in a browser."""

    def __init__(self, client: Plain, **fields: str) -> None:
        self.client = client
        client.send(request(**fields))
        self.head = client.until(b"\r\n\r\n").decode()
        self.shown = b""

    def send(self, data: bytes, kind: int = 1) -> None:
        self.client.send(frame(kind, data))

    def receive(self) -> tuple[int, bytes]:
        """The next frame: kind, data."""
        head = self._exactly(2)
        assert head[0] & 0x80
        assert head[1] < 126
        return head[0] & 15, self._exactly(head[1])

    def _exactly(self, count: int) -> bytes:
        while len(self.client.received) < count:
            data = self.client.socket.recv(4096)
            if not data:
                raise Closed(self.client.received)
            self.client.received += data
        found = self.client.received[:count]
        self.client.received = self.client.received[count:]
        return found

    def until(self, text: bytes) -> bytes:
        """What the console shows up to a text."""
        while text not in self.shown:
            kind, data = self.receive()
            assert kind == 2, (kind, data, self.shown)
            self.shown += data
        at = self.shown.index(text) + len(text)
        found, self.shown = self.shown[:at], self.shown[at:]
        return found

    def closed(self) -> int:
        """Read on until the board closes; the status it closes with."""
        while True:
            kind, data = self.receive()
            if kind == 8:
                assert self.client.rest() == b""
                return int.from_bytes(data[:2], "big")
