# SPDX-License-Identifier: MIT
"""Telnet, FTP and HTTP in the firmware that users flash, over the USB cable, with real clients."""

import ftplib
import io
import json
import socket
import struct
import subprocess
import urllib.request
from collections.abc import Iterator

import pytest
from machines import image
from network import Plain
from session import Session
from test_usbnet_dhcp import question
from upyfw.source import tools
from web_socket import WebSocket

BOARD = "RPI_PICO"
FILES = {"/t/a.txt": "alpha\n" * 100, "/www/a.txt": "alpha\n" * 1000}
DATA = bytes(range(256)) * 400
SERVICES = ("utelnetd", "uftpd", "uhttpd")
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
    for name in SERVICES:
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


def test_web_server_answers(running, tmp_path):
    url = f"http://127.0.0.1:{running.target.cable.forward(80)}"
    for tool, arguments in (("curl", ["-sSfo"]), ("wget", ["-qO"])):
        tools.require(tool)
        target = tmp_path / tool
        subprocess.run([tool, *arguments, target, f"{url}/a.txt"], check=True, timeout=_LIMIT_S)
        assert target.read_text() == FILES["/www/a.txt"]
    status = json.loads(fetched(f"{url}/api/status"))
    assert status["mcu"]["platform"] == "rp2"
    assert set(status["services"]) == set(SERVICES)
    put = fetched(f"{url}/api/fs/write?path=/t/c.bin", DATA)
    assert json.loads(put) == {"path": "/t/c.bin", "size": len(DATA)}
    assert fetched(f"{url}/api/fs/read?path=/t/c.bin") == DATA
    ran = json.loads(fetched(f"{url}/api/cmd/run", b'{"cmd": "ls /t; cat /none"}'))
    assert ran["output"].endswith("bytes\ncat: /none: no such file or directory\n")
    assert fetched(f"{url}/api/gpio/set", b'{"pin": 25, "val": 1}')
    pins = json.loads(fetched(f"{url}/api/gpio/status"))
    assert {"gpio": 25, "pin": 0, "val": 1} not in pins["gpio"]
    assert pins["led"] == [25]


def fetched(url: str, data: bytes | None = None) -> bytes:
    """The body of an answer."""
    with urllib.request.urlopen(url, data, _LIMIT_S) as answer:
        return answer.read()


def test_terminal_in_a_page(running):
    client = Plain(running.target.cable.forward(80))
    terminal = WebSocket(client)
    terminal.until(b"/ $: ")
    terminal.send(b"cd /t; pwd\r")
    terminal.until(b"\r\n/t\r\n/t $: ")
    client.close()


def test_services_are_found_by_mdns(session):
    """As long as they run, at the port that they have."""
    for name, port in (("utelnetd", 23), ("uftpd", 2121), ("uhttpd", 80)):
        session.run(f"{name} start -p {port}")
    session.target.advance(8)
    for kind, port in (("_telnet", 23), ("_ftp", 2121), ("_http", 80)):
        found = session.target.cable.ask_udp("224.0.0.251", 5353, who_has(kind))
        assert found is not None
        assert struct.pack(">3H", 0, 0, port) in found[1]
    session.run("killall uhttpd")
    session.target.advance(8)
    assert session.target.cable.ask_udp("224.0.0.251", 5353, who_has("_http"), 2) is None


def who_has(kind: str) -> bytes:
    """The question for a service of that kind (RFC 6763, 4)."""
    return question(f"{kind}._tcp.local", 12)


def test_services_end_with_their_processes(session):
    before = session.run("usbnet status")
    for name in SERVICES:
        session.run(name + " start")
        assert session.run(name + " stop") == ""
        assert name not in session.run("ps")
    assert session.target.cable.exchange(23).reason == "reset"
    assert session.run("usbnet status") == before
