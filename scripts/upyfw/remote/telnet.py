# SPDX-License-Identifier: MIT
"""The console of a board over telnet (RFC 854, 1073), as a target."""

from __future__ import annotations

import shutil
import socket
import threading

from upyfw.base.errors import UpyfwError
from upyfw.remote.place import Place
from upyfw.targets.base import TargetError
from upyfw.targets.streamed import Streamed

PORT = 23
_LIMIT_S = 10
IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
ECHO, SGA, NAWS = 1, 3, 31
_LONGEST_SIDE = 999
# a board that lost its power says nothing: after so many seconds without a word it is asked by
# TCP, and after so many questions the connection has ended (tcp(7))
_KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4}


class Decoder:
    """Takes telnet's commands out of what comes; what has to be answered is in `answer`."""

    def __init__(self) -> None:
        self.answer = bytearray()
        self._kept = b""

    def decode(self, data: bytes) -> bytes:
        """Return the data in a part of the stream; a command that is cut is kept."""
        data = self._kept + data
        found = bytearray()
        at = 0
        while at < len(data):
            end = self._take(data, at, found)
            if end == 0:
                break
            at = end
        self._kept = data[at:]
        return bytes(found)

    def _take(self, data: bytes, at: int, found: bytearray) -> int:
        """Take a byte or a command; return where the next one begins, 0 if it is not whole."""
        if data[at] != IAC:
            found.append(data[at])
            return at + 1
        verb = data[at + 1 : at + 2]
        if not verb:
            return 0
        if verb[0] == IAC:
            found.append(IAC)
        elif verb[0] == SB:
            end = data.find(bytes((IAC, SE)), at)
            return end + 2 if end >= 0 else 0
        elif verb[0] >= WILL:
            if len(data) < at + 3:
                return 0
            self._negotiate(verb[0], data[at + 2])
            return at + 3
        return at + 2

    def _negotiate(self, verb: int, option: int) -> None:
        if verb == WILL:
            self.answer += bytes((IAC, DO if option in (ECHO, SGA) else DONT, option))
        elif verb == DO and option == NAWS:
            self.answer += bytes((IAC, WILL, NAWS)) + window()
        elif verb == DO and option != SGA:
            self.answer += bytes((IAC, WONT, option))


def window() -> bytes:
    """Return the suboption that says how large the user's terminal is."""
    sides = [min(side, _LONGEST_SIDE) for side in shutil.get_terminal_size()]
    size = b"".join(side.to_bytes(2, "big") for side in sides)
    body = size.replace(bytes((IAC,)), bytes((IAC, IAC)))
    return bytes((IAC, SB, NAWS)) + body + bytes((IAC, SE))


class Telnet(Streamed):
    """A running board; the user logs in by what is typed."""

    def __init__(self, place: Place) -> None:
        super().__init__(str(place))
        self._place = place
        self._socket: socket.socket | None = None
        self._decoder = Decoder()

    def start(self) -> None:
        """Connect. UpyfwError if nobody answers."""
        try:
            place = (self._place.host, self._place.port)
            self._socket = socket.create_connection(place, _LIMIT_S)
        except OSError as exc:
            hint = "is utelnetd running on it? ./upyfw find lists the boards of this network"
            raise UpyfwError(f"{self._place}: {exc}", hint) from exc
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE.items():
            if hasattr(socket, name):
                self._socket.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def own_address(self) -> str:
        """The address of this machine that the board sees."""
        if self._socket is None:
            raise TargetError(f"{self._place}: not connected")
        return self._socket.getsockname()[0]

    def stop(self) -> None:
        """Close the connection."""
        link, self._socket = self._socket, None
        if link is None:
            return
        try:
            link.shutdown(socket.SHUT_RDWR)
        except OSError:
            # the board has closed it
            pass
        self._reader.join()
        link.close()

    def send(self, data: bytes) -> None:
        """Type data; lost if the connection has ended."""
        if self._socket is None:
            raise TargetError(f"{self._place}: not connected")
        try:
            self._socket.sendall(data.replace(b"\xff", b"\xff\xff"))
        except OSError as exc:
            self._inbox.end(str(exc))

    def _read(self) -> None:
        """Pass output on until the connection ends. Run by a thread."""
        link = self._socket
        while True:
            try:
                data = link.recv(4096)
                text = self._decoder.decode(data)
                if self._decoder.answer:
                    link.sendall(bytes(self._decoder.answer))
                    self._decoder.answer.clear()
            except OSError as exc:
                self._inbox.end(str(exc))
                return
            if not data:
                self._inbox.end("the board closed the connection")
                return
            self._show(text)
