# SPDX-License-Identifier: MIT
"""uhttpd under load, and what is thrown at it: requests, calls of the API, frames."""

import concurrent.futures
import contextlib
import random
import re
import socket
import threading
import time
from pathlib import Path

from network import LIMIT_S
from upyfw.measure import http_rate
from web_server import FILES
from web_socket import frame, request


def test_sequential_requests(web, full):
    for _ in range(10_000 if full else 500):
        assert web.get("/a.txt").body == b"alpha\n"


def test_requests_while_somebody_types(web, full):
    """With each line the prompt drops what only the last request needed."""
    ended = threading.Event()

    def types() -> None:
        while not ended.wait(0.003):
            web.session.target.send(b"basename a\r")

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        typing = pool.submit(types)
        try:
            for _ in range(10_000 if full else 500):
                assert web.get("/a.txt").body == b"alpha\n"
        finally:
            ended.set()
        typing.result()


def test_parallel_requests(web, full):
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        for _ in range(20 if full else 3):
            replies = [pool.submit(web.get, "/big.csv") for _ in range(50)]
            for reply in replies:
                assert reply.result().body.decode() == FILES["/www/big.csv"]


def taken(port: int) -> int:
    """How many connections to a port of this host are open at the side that listens."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "01" for row in rows)


def test_peers_that_come_at_once_are_not_forgotten(web):
    """Linux answers peers that a full queue has no place for, and tells nobody that they came."""
    pid = re.search(r"^ *(\d+) .*uhttpd", web.session.run("ps"), re.MULTILINE)[1]
    assert web.session.run(f"hold {pid}") == ""
    clients = [web.plain() for _ in range(50)]
    for _ in range(100):
        if taken(web.port) == len(clients):
            break
        time.sleep(0.05)
    assert taken(web.port) == len(clients)


HTTP_SEEDS = [
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nRange: bytes=0-5\r\nIf-None-Match: *\r\n\r\n",
    b"GET /sub/%2e%2e/a.txt?x=%41&y HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n",
    b"HEAD /big.csv HTTP/1.0\r\nRange: bytes=-5\r\nCookie: upyos=0; a=b\r\n\r\n",
    b'POST /api/fs/list HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n{"path":"/"}',
]


def mutated(source: random.Random, data: bytes) -> bytes:
    found = bytearray(data)
    for _ in range(source.randrange(1, 8)):
        at = source.randrange(len(found) + 1)
        found[at : at + source.randrange(3)] = source.randbytes(source.randrange(4))
    return bytes(found)


def thrown(web, data: bytes) -> bytes:
    """Send what is perhaps a request; all that comes back."""
    with socket.create_connection(("127.0.0.1", web.port), LIMIT_S) as peer:
        with contextlib.suppress(ConnectionError):
            peer.sendall(data)
            peer.shutdown(socket.SHUT_WR)
        found = b""
        with contextlib.suppress(ConnectionError):
            while part := peer.recv(65536):
                found += part
        return found


def unharmed(web, before: dict[str, bytes]) -> None:
    """The service answers, nothing was said on the console, nothing on the flash was changed."""
    assert web.get("/a.txt").body == b"alpha\n"
    assert "Traceback" not in web.session.text
    assert "Error" not in web.session.text
    after = web.files()
    after.pop("/var/history", None)
    assert after == before, {path for path in after if after[path] != before.get(path)}


def test_fuzz_of_requests(guarded_web, full):
    source = random.Random(22)
    before = guarded_web.files()
    for _ in range(100_000 if full else 500):
        answer = thrown(guarded_web, mutated(source, source.choice(HTTP_SEEDS)))
        assert b"Traceback" not in answer
        assert b"500 Internal" not in answer
        assert not answer or answer.startswith(b"HTTP/1.1 ")
    unharmed(guarded_web, before)


API_SEEDS = [
    b'{"path": "/www/sub"}',
    b'{"old_path": "/t/none", "new_path": "/t/other"}',
    b'{"cmd": "echo"}',
    b'{"pin": 1, "val": 0}',
    b'{"gpio": 1, "r": 1, "g": 2, "b": 255}',
    b'{"user": "admin", "password": ""}',
]
# What may be called with anything: it reads, or what it names is never there.
API_CALLS = (
    b"POST /api/fs/list",
    b"POST /api/gpio/set",
    b"POST /api/rgb/set",
    b"POST /api/nothing",
    b"GET /api/status",
    b"GET /api/fs/read?path=/www/a.txt",
    b"GET /api/fs/download?path=%2fwww%2fbig.csv",
)


def test_fuzz_of_the_api(guarded_web, full):
    """After the log-in: no error but those of the contract."""
    source = random.Random(23)
    guarded_web.log_in()
    before = guarded_web.files()
    cookie = guarded_web.cookie.encode()
    for _ in range(100_000 if full else 500):
        line = source.choice(API_CALLS)
        if source.randrange(3) == 0:
            method, _, target = line.partition(b" ")
            line = method + b" " + re.sub(rb"[\0-\x20]", b"", mutated(source, target))
        body = mutated(source, source.choice(API_SEEDS))
        head = line + b" HTTP/1.1\r\nHost: x\r\nCookie: upyos=" + cookie
        answer = thrown(guarded_web, head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        assert b"Traceback" not in answer
        assert not answer or answer[9:12] in b"200 206 400 401 403 404 405 413 416 431", answer
    unharmed(guarded_web, before)


RAW_REPL = re.compile(
    r'Traceback \(most recent call last\):\n  File "(upyos.grammar.raw_repl|<stdin>)"'
)


def test_fuzz_of_a_web_socket(web, full):
    """Whatever frames: what they type is Ctrl-U and #, or what the mutations make of it."""
    source = random.Random(24)
    before = web.files()
    for _ in range(100_000 if full else 200):
        data = request() + b"".join(
            source.choice(
                (
                    frame(1, b"\x15#" * source.randrange(60)),
                    frame(2, source.randbytes(4)),
                    frame(9, b"x"),
                    frame(8, b"\x03\xe8"),
                )
            )
            for _ in range(3)
        )
        at = len(request())
        answer = thrown(web, data[:at] + mutated(source, data[at:]))
        assert answer.startswith(b"HTTP/1.1 101 ")
    web.session.settle()
    web.session.type("\x03")
    web.session.settle()
    # what it typed may be a line, which says what is wrong with it
    assert web.get("/a.txt").body == b"alpha\n"
    assert not re.search(r"uhttpd: \w+Error", web.session.text)
    # Ctrl-A is among it too: the raw REPL answers so what is no Python
    assert "Traceback" not in RAW_REPL.sub("", web.session.text)
    after = web.files()
    assert {path: after.get(path) for path in before if path != "/var/history"} == before


def test_rates_are_measured(tmp_path):
    """Speed is no test; that `upyfw latency` can say it is."""
    rates = http_rate.run(tmp_path, requests=20)
    assert rates.uhttpd > 0
    assert rates.microdot > 0
    assert http_rate.on_board(tmp_path, requests=2) > 0
    assert http_rate.wget_on_board(tmp_path, 4096) > 0
