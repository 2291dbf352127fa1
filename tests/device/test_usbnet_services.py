# SPDX-License-Identifier: MIT
"""Telnet and FTP in the firmware that users flash, over the USB cable, with real clients."""

import ftplib
import io
import socket
from collections.abc import Iterator

import pytest
from machines import image
from session import Session

BOARD = "RPI_PICO"
FILES = {"/t/a.txt": "alpha\n" * 100}
DATA = bytes(range(256)) * 400
_LIMIT_S = 60


@pytest.fixture
def session(machines) -> Iterator[Session]:
    """A board whose host has an address."""
    with machines.at_prompt(BOARD, image(BOARD, FILES)) as session:
        assert session.target.cable.wait()
        yield session


@pytest.fixture
def running(session) -> Iterator[Session]:
    """The same with both services, in real time."""
    for name in ("utelnetd", "uftpd"):
        assert name + ": 169.254." in session.run(name + " start")
    session.target.stream(lambda data: None)
    yield session
    session.target.stream(None)


class Ftp(ftplib.FTP):
    """A client that reaches the data port of the board where this machine has it."""

    def __init__(self, session: Session):
        super().__init__(timeout=_LIMIT_S)
        self.data_port = session.target.cable.forward(13333)
        self.connect("127.0.0.1", session.target.cable.forward(21))

    def makepasv(self) -> tuple[str, int]:
        """Ask the board to listen, and go the way round over this machine."""
        super().makepasv()
        return "127.0.0.1", self.data_port


def read_until(client: socket.socket, text: bytes) -> bytes:
    """Return what comes up to a text."""
    seen = b""
    while text not in seen:
        data = client.recv(1000)
        assert data, seen
        seen += data
    return seen


def test_telnet_is_the_console(running):
    port = running.target.cable.forward(23)
    with socket.create_connection(("127.0.0.1", port), _LIMIT_S) as client:
        read_until(client, b"/ $: ")
        client.sendall(b"cd /t; pwd\r\n")
        assert b"\r\n/t\r\n" in read_until(client, b"/t $: ")


def test_ftp_moves_files(running):
    client = Ftp(running)
    assert client.login("anybody", "").startswith("230")
    got = io.BytesIO()
    client.retrbinary("RETR /t/a.txt", got.write)
    assert got.getvalue() == FILES["/t/a.txt"].encode()
    client.storbinary("STOR /t/b.bin", io.BytesIO(DATA))
    got = io.BytesIO()
    client.retrbinary("RETR /t/b.bin", got.write)
    assert got.getvalue() == DATA
    assert sorted(name for name, _ in client.mlsd("/t")) == ["a.txt", "b.bin"]
    client.quit()


def test_times_of_ftp_are_utc(session):
    """The clock of a board is $TZ hours ahead."""
    session.run("uftpd start")
    session.run("export TZ 2.5")
    line = "'%04d%02d%02d%02d%02d%02d' % time.gmtime(os.stat('/t/a.txt')[8] - 9000)[:6]"
    stamp = session.run(f"> print({line})").encode()
    talk = session.target.cable.open(21)
    asked = talk.say(b"USER x\r\nMDTM /t/a.txt\r\n", until=b"213 " + stamp)
    assert asked.reason is False, asked.data


def test_services_end_with_their_processes(session):
    before = session.run("usbnet status")
    for name in ("utelnetd", "uftpd"):
        session.run(name + " start")
        assert session.run(name + " stop") == ""
        assert name not in session.run("ps")
    assert session.target.cable.exchange(23).reason == "reset"
    assert session.run("usbnet status") == before
