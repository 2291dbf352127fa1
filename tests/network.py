# SPDX-License-Identifier: MIT
"""Peers of the services, on loopback."""

import fcntl
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LIMIT_S = 30


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@contextmanager
def well_known_ports() -> Iterator[None]:
    """Hold ports 21, 23 and 80 against the other workers of the test run."""
    with (Path(tempfile.gettempdir()) / "upyos-ports.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Closed(AssertionError):
    """The peer has closed, and more was expected of it."""


class Plain:
    """A client that knows nothing of any protocol."""

    def __init__(self, port: int, source: str = "127.0.0.1", room_bytes: int = 0) -> None:
        self.socket = socket.socket()
        self.socket.settimeout(LIMIT_S)
        if room_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room_bytes)
        self.socket.bind((source, 0))
        self.socket.connect(("127.0.0.1", port))
        self.received = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def until(self, text: bytes) -> bytes:
        """Everything up to and with text. Closed if the peer closes before."""
        while text not in self.received:
            data = self.socket.recv(4096)
            if not data:
                raise Closed(f"{text!r} did not come: {self.received!r}")
            self.received += data
        at = self.received.index(text) + len(text)
        found, self.received = self.received[:at], self.received[at:]
        return found

    def rest(self) -> bytes:
        """Everything until the peer closes."""
        found = self.received
        while data := self._more():
            found += data
        return found

    def _more(self) -> bytes:
        try:
            return self.socket.recv(4096)
        except ConnectionResetError:
            return b""

    def close(self) -> None:
        self.socket.close()


def wrong_answers(client: Plain, rounds: int) -> list[str]:
    """What the raw REPL answers other than it should, each answer longer than a mirror's ring."""
    client.until(b"/ $: ")
    client.send(b"\r\x03")
    client.send(b"\r\x01")
    client.until(b"raw REPL; CTRL-B to exit\r\n>")
    found = []
    for i in range(rounds):
        client.send(b"print(%d, repr(bytes(range(256))))\x04" % i)
        answer = client.until(b"\x04\x04>").decode()
        if answer != f"OK{i} {bytes(range(256))!r}\r\n\x04\x04>":
            found.append(answer)
    client.send(b"\x02")
    return found
