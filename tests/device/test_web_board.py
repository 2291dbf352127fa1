# SPDX-License-Identifier: MIT
"""wget, curl and ping in the firmware that users flash, over the USB cable."""

import hashlib
from collections.abc import Iterator
from random import Random

import pytest
from machines import image
from session import Session
from web_peers import Scripted, page, scripted

BOARD = "RPI_PICO"
DATA = Random(19).randbytes(40_000)


@pytest.fixture
def session(machines) -> Iterator[Session]:
    """A board whose host has an address."""
    with machines.at_prompt(BOARD, image(BOARD, {"/t/old.txt": "old\n"})) as session:
        assert session.target.cable.wait()
        yield session


def over_cable(session: Session, server: Scripted, *lines: str) -> list[str]:
    """What lines print in real time; HOST is the server, as the board sees it."""
    session.target.cable.reach(8000, server.port)
    host = session.target.cable.state()["ip"] + ":8000"
    session.target.stream(lambda data: None)
    try:
        return [session.run(line.replace("HOST", host)) for line in lines]
    finally:
        session.target.stream(None)


def test_wget_over_the_cable(session):
    with scripted(page(DATA)) as server:
        said = over_cable(session, server, "wget -q -O /t/x.bin HOST/x", "sha256sum /t/x.bin")
    assert said == ["", hashlib.sha256(DATA).hexdigest() + "  /t/x.bin"]


def test_a_broken_connection_is_opened_again_over_the_cable(session):
    part = "Content-Range: bytes 9000-39999/40000"
    rest = page(DATA[9000:], 'ETag: "v"', part, status="206 Partial Content")
    with scripted(page(DATA[:9000], 'ETag: "v"', length=40_000), rest) as server:
        said = over_cable(session, server, "wget -q -O /t/x.bin HOST/x", "sha256sum /t/x.bin")
    assert said == ["", hashlib.sha256(DATA).hexdigest() + "  /t/x.bin"]


def test_what_goes_wrong_over_the_cable(session):
    answers = (page(b"half", length=900), page(b"x", length=5_000_000), page(b"posted"))
    with scripted(*answers) as server:
        said = over_cable(
            session,
            server,
            "wget -q -O /t/old.txt HOST/x",
            "wget -q -O /t/old.txt HOST/x",
            "curl -d a=1 HOST/post",
            "cat /t/old.txt",
        )
    assert said[0].endswith(": connection closed too early")
    assert said[1] == "wget: /t/old.txt: no space left on device"
    assert said[2:] == ["posted", "old"]


def test_nobody_listens(session):
    host = session.target.cable.state()["ip"]
    said = session.run(f"wget http://{host}:4711/x")
    assert said == f"wget: http://{host}:4711/x: connection refused"


def test_ping_of_the_host(session):
    said = session.run(f"ping -c 2 {session.target.cable.state()['ip']}").split("\n")
    assert said[0].startswith("64 bytes from 169.254.")
    assert said[2] == "2 packets transmitted, 2 received, 0% packet loss"
    assert session.run("echo $?") == "0"


def test_addresses(session):
    said = session.run("ifconfig").split("\n")
    assert said[0] == "usb: connected"
    assert said[1] == "  Address: " + session.target.cable.state()["board"]
    assert session.run("hostname").startswith("upyos-")
    assert session.run("hostname shed") == ""
    assert session.run("hostname") == "shed"


def test_no_tls_and_no_radio(session):
    why = "this board has no TLS: http only"
    assert session.run("wget https://localhost/") == f"wget: https://localhost/: {why}"
