# SPDX-License-Identifier: MIT
"""A WebSocket (RFC 6455) that is a terminal session: the console, as telnet mirrors it.

The peer sends keys in text frames, and the size of its window as a binary frame of two 16-bit
numbers. What the console shows comes in binary frames: it may end in the middle of a character.
"""

import binascii
import hashlib

from micropython import const

from upyos.svc import mirrored

_GUID = const(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
_TEXT = const(1)
_BINARY = const(2)
_CLOSE = const(8)
_PING = const(9)
_PONG = const(10)
# Of a frame of the peer; of one of its control frames.
_FRAME_BYTES = const(1024)
_CONTROL_BYTES = const(125)
_BLOCK_BYTES = const(128)
# The longest frame to the peer: what a control frame holds at most, behind two bytes.
_FRAMED_BYTES = const(127)
_SILENCE_S = const(300)


class Frames:
    """What a peer sends, as upyos.svc.mirrored wants it: fill() and what it has filled."""

    # (columns, rows) of the peer's window; who is called with it.
    size = None
    resized = None
    # Of the data frame that is being read: kind, bytes left, mask, and where in the mask it is.
    kind = 0
    left = 0
    mask = b""
    at = 0

    def __init__(self, connection, data):
        self.connection = connection
        # What came behind the request.
        self.data = data
        self.view = memoryview(bytearray(_BLOCK_BYTES))
        self.screen = Screen(connection)

    async def fill(self):
        """Wait for keys; return how many bytes of them are in view, 0 at the end."""
        while True:
            while not self.left:
                if not self.data:
                    # where it waits for hours: what waits with it takes heap
                    self.data = await self.connection.read(_BLOCK_BYTES)
                if not self.data or not await self._head():
                    return 0
            if self.kind & 15 == _TEXT:
                return await self._piece()
            await self._window()

    async def _head(self):
        """Read the head of a frame, and all of a control frame.

        Return whether there may be more: the peer has not closed, and what it sent is a frame.
        """
        head = await self._exactly(2)
        self.connection.left_s = _SILENCE_S
        kind = head[0] & 15
        length = head[1] & 127
        if head[0] & 0x70 or head[1] < 128 or kind & 8 and (length > 125 or head[0] < 128):
            return self.screen.close(1002)
        if length == 127:
            return self.screen.close(1009)
        if length == 126:
            more = await self._exactly(2)
            length = more[0] << 8 | more[1]
        if length > _FRAME_BYTES:
            return self.screen.close(1009)
        self.mask = await self._exactly(4)
        self.at = 0
        if kind & 8:
            return self._control(kind, await self._unmasked(length))
        if kind > _BINARY or (kind == 0) != (self.kind > 15):
            return self.screen.close(1002)
        # a frame that others go on for has its kind above 15 until the last one
        kind = kind or self.kind & 15
        self.kind = kind if head[0] & 128 else kind | 16
        self.left = length
        return True

    def _control(self, kind, data):
        if kind == _PING:
            self.screen.control(_PONG, data)
        elif kind == _CLOSE:
            return self.screen.close(1000)
        elif kind != _PONG:
            return self.screen.close(1002)
        return True

    async def _piece(self):
        """Read a part of a text frame into view; return its length."""
        count = min(self.left, _BLOCK_BYTES)
        self.view[:count] = await self._unmasked(count)
        self.left -= count
        return count

    async def _window(self):
        """Take a binary frame: the size of the window."""
        data = await self._unmasked(self.left)
        self.left = 0
        if len(data) == 4:
            self.size = (data[0] << 8 | data[1], data[2] << 8 | data[3])
            if self.resized:
                self.resized(self.size)

    async def _unmasked(self, count):
        data = bytearray(await self._exactly(count))
        mask = self.mask
        at = self.at
        for i in range(count):
            data[i] ^= mask[at + i & 3]
        self.at = at + count & 3
        return data

    async def _exactly(self, count):
        """Return so many bytes. Raises OSError if it breaks off."""
        while len(self.data) < count:
            more = await self.connection.read(_BLOCK_BYTES)
            if not more:
                raise OSError(104)
            self.data += more
        data = self.data[:count]
        self.data = self.data[count:]
        return data


class Screen(mirrored.Screen):
    """What the console shows, in frames."""

    block_bytes = _FRAMED_BYTES
    # A control frame that waits for the end of the one that is being sent.
    waiting = b""

    def take(self):
        """Fill block with a frame; return False if there is nothing."""
        if self.at < self.end:
            return True
        if self.waiting:
            self.at = 0
            self.end = len(self.waiting)
            self.block[: self.end] = self.waiting
            self.waiting = b""
            return True
        count = self.mirror.readinto(memoryview(self.block)[2 : 2 + _CONTROL_BYTES])
        if not count:
            return False
        self.block[0] = 0x80 | _BINARY
        self.block[1] = count
        self.at = 0
        self.end = 2 + count
        self.connection.left_s = _SILENCE_S
        return True

    def control(self, kind, data):
        """Send a control frame as soon as no other frame is half sent."""
        self.waiting = bytes((0x80 | kind, len(data))) + data
        self.push()

    def close(self, status):
        """Say why the connection ends; return False."""
        self.control(_CLOSE, bytes((status >> 8, status & 255)))
        return False

    def farewell(self, text):
        """Send a last line, and that this is the end."""
        self.waiting = bytes((0x80 | _BINARY, len(text))) + text
        while self.push():
            pass
        self.close(1000)


async def session(request):
    """Answer the request; return what the connection becomes: the console until the peer goes."""
    # of no use in what follows, which may last for hours
    from upyos.svc import http_session

    http_session.check(request)
    key = request.field(b"sec-websocket-key")
    if request.field(b"upgrade").lower() != "websocket" or request.method != "GET" or not key:
        request.refuse(400, "this is for WebSockets")
    if request.field(b"sec-websocket-version") != "13":
        request.more = "Sec-WebSocket-Version: 13\r\n"
        request.refuse(426)
    digest = hashlib.sha1(key.encode() + _GUID).digest()
    request.begun = True
    connection = request.connection
    connection.known = True
    await connection.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: %s\r\n\r\n" % str(binascii.b2a_base64(digest)[:-1], "ascii")
    )
    frames = Frames(connection, request.data)
    return mirrored.run(connection, frames, frames.screen)
