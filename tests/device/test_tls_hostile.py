# SPDX-License-Identifier: MIT
"""Peers that do their worst to TLS of services, and what all peers leave behind."""

import contextlib
import random
import socket
import ssl

import pytest
from network import LIMIT_S
from session import Session
from tls_boards import HOST, context

USED = "> import gc, _upyos; gc.collect(); print(_upyos.heap()[1])"
SESSIONS = "any(getattr(proc, 'session', None) for proc in sdata.procs)"
# what one more free block here or there may make
SLACK_BYTES = 256


def hello() -> bytes:
    """The first message of a client."""
    source, target = ssl.MemoryBIO(), ssl.MemoryBIO()
    wrapped = context().wrap_bio(source, target, server_hostname=HOST)
    with contextlib.suppress(ssl.SSLWantReadError):
        wrapped.do_handshake()
    return target.read()


def test_slow_peers_keep_nobody_out(tls_server):
    """They say nothing, or half of their first message, and stay."""
    server = tls_server
    first = hello()
    for i in range(9):
        server.plain(server.https).send(first[: i * len(first) // 9])
        if i % 5 == 4:
            assert server.get("/a.txt").body == b"alpha\n"
    for i in range(12):
        client = server.plain(server.ftp)
        client.until(b"220 ")
        client.send(b"AUTH TLS\r\n")
        client.until(b"234 ")
        client.send(first[: i * 20])
    assert server.client().nlst("/www/sub")
    assert server.session.run("< 6 * 7") == "42"


@pytest.mark.parametrize(
    "data", [b"GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n", b"", b"\x16\x03\x01\xff\xff", bytes(3000)]
)
def test_what_is_no_tls(tls_server, data):
    server = tls_server
    client = server.plain(server.https)
    client.send(data)
    with contextlib.suppress(OSError):
        client.socket.shutdown(socket.SHUT_WR)
    # an alert at most
    assert len(client.rest()) <= 7
    assert server.get("/a.txt").body == b"alpha\n"
    assert "Error" not in server.session.text


def mutated(source: random.Random, data: bytes) -> bytes:
    found = bytearray(data)
    for _ in range(source.randrange(1, 6)):
        at = source.randrange(len(found) + 1)
        found[at : at + source.randrange(3)] = source.randbytes(source.randrange(4))
    return bytes(found[: source.randrange(len(found))] if source.random() < 0.2 else found)


def test_fuzz_of_handshakes(tls_server, full):
    server = tls_server
    source = random.Random(10)
    for _ in range(20_000 if full else 2000):
        peer = socket.create_connection(("127.0.0.1", server.https), LIMIT_S)
        with peer, contextlib.suppress(OSError):
            peer.sendall(mutated(source, hello()))
            peer.shutdown(socket.SHUT_WR)
            while peer.recv(65536):
                pass
    assert server.get("/a.txt").body == b"alpha\n"
    assert "Error" not in server.session.text
    assert server.session.run("< 6 * 7") == "42"


def used(session: Session) -> int:
    """The heap in use, once the services have let go of their last connections."""
    seen = (session.run(f"sleep 0.2; < {SESSIONS}") for _ in range(100))
    assert "False" in seen
    session.run(USED)
    return int(session.run(USED))


def test_no_byte_creeps(open_tls_server):
    server = open_tls_server

    def use(rounds: int) -> None:
        for _ in range(rounds):
            assert server.get("/a.txt").status == 200
            server.plain(server.https).close()
        ftp = server.client()
        assert ftp.nlst("/www/sub")
        ftp.quit()

    use(20)
    warm = used(server.session)
    use(100)
    assert used(server.session) <= warm + SLACK_BYTES
