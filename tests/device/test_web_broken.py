# SPDX-License-Identifier: MIT
"""wget and curl against servers that do what they must not, and connections that break."""

import hashlib
from collections.abc import Iterator
from random import Random

import pytest
from session import Session
from web_peers import NOTHING, Scripted, asked, digest, leftovers, page, scripted

DATA = Random(17).randbytes(60_000)
OLD = "what was there before\n"
FILES = {"/t/old.txt": OLD}


@pytest.fixture
def unix(machines) -> Iterator[Session]:
    with machines.shared("UNIX", "web-broken", FILES) as machine:
        yield Session(machine)


def test_a_broken_connection_is_opened_again(unix):
    body = DATA[:60_000]
    tag = 'ETag: "v1"'
    rest = page(
        body[20_000:], tag, "Content-Range: bytes 20000-59999/60000", status="206 Partial Content"
    )
    with scripted(page(body[:20_000], tag, length=60_000), rest) as server:
        assert "60000 bytes" in unix.run(f"wget -O /t/r.bin {server.url()}")
        assert b'\r\nRange: bytes=20000-\r\nIf-Range: "v1"\r\n' in server.requests[1]
    assert digest(unix, "/t/r.bin") == hashlib.sha256(body).hexdigest()


def test_a_file_that_changed_is_not_sewn_together(unix):
    first = page(b"x" * 100, 'ETag: "v1"', length=200)
    with scripted(first, page(b"y" * 200, 'ETag: "v2"')) as server:
        said = unix.run(f"wget -q -O /t/old.txt {server.url()}")
    assert said.endswith(": the file has changed on the server, or cannot be resumed")
    assert unix.run("cat /t/old.txt") == OLD.strip()


BROKEN = {
    "body too short": (page(b"half", length=100), "connection closed too early"),
    "reset in the body": (page(b"half", length=100) + Scripted.RESET, "connection "),
    "no answer": (b"", "connection closed without an answer"),
    "reset": (Scripted.RESET, "connection reset"),
    "empty line": (b"\r\n", "not a web server's answer"),
    "no web server": (b"SSH-2.0-OpenSSH_9.2\r\n", "not a web server's answer"),
    "noise": (bytes(range(128, 256)) * 4 + b"\n", "not a web server's answer"),
    "endless noise": (bytes(range(128, 256)) * 40, "a line of the answer is too long"),
    "endless line": (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 5000, "a line of the answer is too long"),
    "endless head": (b"HTTP/1.1 200 OK\r\n" + b"X: aaaaaaaaaaaa\r\n" * 900, "head too long"),
    "head cut": (b"HTTP/1.1 200 OK\r\nContent-Le", "connection closed in the head"),
    "length no number": (page(b"", "Content-Length: 5"), "malformed content length"),
    "length negative": (
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "malformed content length",
    ),
    "length huge": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "malformed content length",
    ),
    "chunk length": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "malformed chunk",
    ),
    "chunk signed": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello",
        "malformed chunk",
    ),
    "chunk too long": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX\r\n0\r\n\r\n",
        "malformed chunk",
    ),
    "chunk cut": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhello",
        "connection closed too early",
    ),
    "chunks without end": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "connection closed too early",
    ),
    "coding": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "unknown transfer coding",
    ),
    "redirect elsewhere": (
        page(b"", "Location: ftp://127.0.0.1/x", status="302 Found"),
        "http and https only",
    ),
    "redirect to noise": (
        page(b"", "Location: http://a b/", status="302 Found"),
        "malformed host",
    ),
    "unasked part": (
        page(b"abc", "Content-Range: bytes 5-7/10", status="206 Partial Content"),
        "the server sent another part of the file",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_goes_wrong_is_one_line_and_loses_nothing(unix, name):
    answer, why = BROKEN[name]
    with scripted(answer) as server:
        url = server.url()
        said = unix.run(f"wget -q -O /t/old.txt {url}")
        assert said.startswith(f"wget: {url}: {why}")
        assert "\n" not in said
        assert unix.run("echo $?") == "1"
    assert unix.run("cat /t/old.txt") == OLD.strip()
    assert leftovers(unix) == NOTHING


def test_bodies_without_a_length(unix):
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks += b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\n"
    with scripted(chunks, b"HTTP/1.0 200 OK\r\n\r\nto the end") as server:
        assert unix.run(f"curl {server.url()}") == "hello world"
        assert unix.run(f"curl {server.url()}") == "to the end"


def test_a_hundred_comes_before_the_answer(unix):
    with scripted(b"HTTP/1.1 100 Continue\r\n\r\n" + page(b"after")) as server:
        assert unix.run(f"curl {server.url()}") == "after"


def test_a_silent_server_does_not_hold_up_ctrl_c(unix):
    with scripted(Scripted.HOLD) as server:
        unix.type(f"wget {server.url()}")
        asked(unix, server)
        start = len(unix.target.output)
        unix.run("\u0003")
        assert b"wget: ended\r\n" in unix.target.output[start:]


def test_kill_ends_a_download(unix):
    with scripted(page(b"x" * 100, length=9999) + Scripted.HOLD) as server:
        unix.run(f"wget -q -O /t/k.bin {server.url()} &")
        asked(unix, server)
        said = unix.run("kill $!; wait")
    assert "wget: ended" in said
    assert unix.run("jobs") == ""
    assert unix.run("test -e /t/k.bin") == "False"
    assert leftovers(unix) == NOTHING


def test_tasks_go_on_during_a_download(unix):
    code = "import asyncio, sdata\\nasync def __main__(args):\\n  sdata.n = 0\\n"
    code += "  while proc.sts != 'S':\\n    sdata.n += 1\\n    await asyncio.sleep_ms(5)\\n"
    unix.run(f"> f = open('/t/count.py', 'w'); f.write(\"{code}\"); f.close()")
    unix.run("/t/count &")
    with scripted(page(b"x" * 100, length=9999) + Scripted.HOLD) as server:
        unix.type(f"wget -q -O /t/k.bin {server.url()}")
        asked(unix, server)
        unix.target.read_quiet(0.3, 10)
        unix.run("\u0003")
    assert unix.run("< sdata.n > 10") == "True"
    unix.run("killall count; wait")


def test_nobody_there_and_unknown_hosts(unix):
    with scripted(b"") as server:
        url = server.url()
    assert unix.run(f"wget {url}") == f"wget: {url}: connection refused"
    assert unix.run("curl nowhere.invalid") == "curl: nowhere.invalid: unknown host"


USED = "> import gc, _upyos; gc.collect(); print(_upyos.heap()[1])"


def test_clients_give_the_heap_back(unix):
    with scripted(page(b"x" * 3000), page(b"half", length=100)) as server:

        def used() -> int:
            for line in ("wget -q -O /t/h.bin", "curl -o /t/h.bin", "curl -v"):
                unix.run(f"{line} {server.url()}")
            unix.run("ping -c 1 127.0.0.1; nc 127.0.0.1 1; mqttc -h 127.0.0.1 -p 1; wifi sta scan")
            return int(unix.run(USED))

        used()
        before = used()
        for _ in range(10):
            after = used()
    # what one more free block here or there may make
    assert after <= before + 256
