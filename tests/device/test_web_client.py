# SPDX-License-Identifier: MIT
"""wget and curl against nginx, and against servers that do what they must not."""

import hashlib
from collections.abc import Iterator
from random import Random

import pytest
from session import Session
from web_peers import Nginx, Scripted, answering, page, scripted

DATA = Random(17).randbytes(200_000)
OLD = "what was there before\n"
FILES = {"/t/old.txt": OLD}


@pytest.fixture(scope="module")
def nginx(tmp_path_factory) -> Iterator[Nginx]:
    server = Nginx(tmp_path_factory.mktemp("nginx"))
    (server.root / "a.txt").write_text("alpha\nbeta\n")
    (server.root / "b.bin").write_bytes(DATA)
    (server.root / "with space.txt").write_text("found\n")
    (server.root / "index.html").write_text("front page\n")
    yield server
    server.stop()


@pytest.fixture
def unix(machines) -> Iterator[Session]:
    with machines.shared("UNIX", "web", FILES) as machine:
        yield Session(machine)


def digest(unix: Session, path: str) -> str:
    return unix.run(f"sha256sum {path}").split(" ")[0]


def leftovers(unix: Session) -> str:
    """What stands where unfinished files do."""
    return unix.run("ls -1 /var") + unix.run("find .part -r /t") + unix.run("find .tag -r /t")


NOTHING = ""


def asked(unix: Session, server: Scripted) -> None:
    """Wait until a request has come."""
    for _ in range(200):
        if server.requests:
            return
        unix.target.read_quiet(0.05, 10)
    raise AssertionError(unix.text)


# ---- a real server ---------------------------------------------------------------------------


def test_wget_gets_a_file(unix, nginx):
    assert unix.run(f"wget -O /t/b.bin {nginx.url('b.bin')}").endswith("/t/b.bin: 200000 bytes")
    assert digest(unix, "/t/b.bin") == hashlib.sha256(DATA).hexdigest()
    assert unix.run("rm /t/b.bin") == ""


def test_wget_shows_how_far_it_is(unix, nginx):
    start = len(unix.target.output)
    unix.run(f"wget -O /t/b.bin {nginx.url('b.bin')}")
    shown = unix.target.output[start:]
    assert b"\r 50% [###############               ] " in shown
    assert b"\r100% [##############################] 200000" in shown
    # into a file goes the size alone
    unix.run(f"wget -O /t/b.bin {nginx.url('b.bin')} > /t/said.txt")
    assert unix.run("cat /t/said.txt") == "/t/b.bin: 200000 bytes"
    assert unix.run(f"wget -q -O /t/b.bin {nginx.url('b.bin')}") == ""


@pytest.mark.parametrize(
    ("path", "name"),
    [("a.txt?x=/y/z", "a.txt"), ("with%20space.txt", "with space.txt"), ("", "index")],
)
def test_wget_finds_a_name(unix, nginx, path, name):
    assert unix.run(f"wget '{nginx.url(path)}'").startswith("\r")
    assert unix.run(f"test -f '/{name}'") == "True"
    unix.run(f"rm '/{name}'")


def test_names_that_are_none_lead_nowhere(unix):
    with scripted(page(b"data")) as server:
        for path in ("%2e%2e", "a%2fb", "..", "x%00y", "%ff"):
            assert "index: 4 bytes" in unix.run(f"wget '{server.url(path)}'")
    unix.run("rm /index")


def test_wget_follows_redirects(unix, nginx):
    assert "11 bytes" in unix.run(f"wget -O /t/a.txt {nginx.url('moved/a.txt')}")
    assert unix.run("cat /t/a.txt") == "alpha\nbeta"


def test_redirects_have_an_end(unix, nginx):
    url = nginx.url("loop")
    assert unix.run(f"wget {url}") == f"wget: {url}: too many redirects"


def test_wget_of_what_is_not_there(unix, nginx):
    url = nginx.url("none.txt")
    said = unix.run(f"wget -O /t/old.txt {url}")
    assert said == f"wget: {url}: the server says 404 Not Found"
    assert unix.run("echo $?") == "1"
    assert unix.run("cat /t/old.txt") == OLD.strip()


def test_curl_prints(unix, nginx):
    assert unix.run(f"curl {nginx.url('a.txt')}") == "alpha\nbeta"
    assert unix.run(f'curl {nginx.url("a.txt")} > v; echo "<$v>"') == "<alpha\nbeta>"
    # http:// is assumed, and the status is no failure
    assert "404 Not Found" in unix.run(f"curl 127.0.0.1:{nginx.port}/none && echo done")


def test_curl_posts_with_headers(unix, nginx):
    said = unix.run(f"curl -H 'X-Mark: m1' -d 'a=1&b=2' {nginx.url('post')}")
    assert said == "POST m1 7"
    assert unix.run(f"curl -X PUT -HX-Mark:m2 -d @/t/old.txt {nginx.url('post')}") == "PUT m2 22"
    assert unix.run(f"curl -X delete {nginx.url('post')}").startswith("DELETE")


def test_curl_sends_a_name_and_a_password(unix, nginx):
    url = nginx.url("guarded").replace("//", "//admin:pw7@")
    assert unix.run(f"curl {url}") == "Basic YWRtaW46cHc3"


def test_curl_shows_heads(unix, nginx):
    said = unix.run(f"curl -i {nginx.url('a.txt')}")
    assert said.startswith("HTTP/1.1 200 OK\nServer: nginx/")
    assert "\nContent-Length: 11\n" in said
    assert said.endswith("\n\nalpha\nbeta")
    said = unix.run(f"curl -v {nginx.url('a.txt')} > /t/body.txt")
    assert said.startswith("> GET /a.txt HTTP/1.1\n> Host: 127.0.0.1:")
    assert "\n< HTTP/1.1 200 OK\n" in said
    assert unix.run("cat /t/body.txt") == "alpha\nbeta"
    assert "Content-Length: 11" in unix.run(f"curl -i -X HEAD {nginx.url('a.txt')}")


def test_curl_follows_redirects_if_told(unix, nginx):
    url = nginx.url("moved/a.txt")
    assert "302 Found" in unix.run(f"curl {url}")
    assert unix.run(f"curl -L {url}") == "alpha\nbeta"


def test_curl_into_a_file(unix, nginx):
    assert unix.run(f"curl -o /t/c.bin {nginx.url('b.bin')}") == ""
    assert digest(unix, "/t/c.bin") == hashlib.sha256(DATA).hexdigest()
    unix.run("rm /t/c.bin")


def test_what_a_program_can_do(unix, nginx):
    code = (
        "> import webclient; r = webclient.Request(); r.offset = 6\\n"
        f"with webclient.open('{nginx.url('a.txt')}', r) as p:\\n"
        "  b = bytearray(99); n = p.readinto(b); print(p.status, p.start, p.total, b[:n])"
    )
    assert unix.run(code) == "206 6 11 bytearray(b'beta\\n')"


# ---- connections that break ------------------------------------------------------------------


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


# ---- room and protection ---------------------------------------------------------------------


def test_larger_than_the_space_left(unix):
    with scripted(page(b"x" * 3000, length=30_000_000)) as server:
        said = unix.run(f"wget -q -O /t/old.txt {server.url()}")
    assert said == "wget: /t/old.txt: no space left on device"
    assert unix.run("cat /t/old.txt") == OLD.strip()


@pytest.mark.parametrize("option", ["", "-c"])
def test_larger_than_the_space_left_and_not_said(unix, option):
    before = unix.run("> import os; print(os.statvfs('/')[3])")
    with scripted(b"HTTP/1.0 200 OK\r\n\r\n" + DATA * 8) as server:
        said = unix.run(f"wget -q {option} -O /t/old.txt {server.url()}")
    assert said == "wget: /t/old.txt: no space left on device"
    assert unix.run("cat /t/old.txt") == OLD.strip()
    assert leftovers(unix) == NOTHING
    assert unix.run("> import os; print(os.statvfs('/')[3])") == before


def test_targets_that_cannot_be(unix):
    with scripted(page(b"x")) as server:
        url = server.url()
        assert unix.run(f"wget -O /boot.py {url}") == "wget: /boot.py: protected"
        assert unix.run(f"wget -O /t {url}") == "wget: /t: is a directory"
        said = unix.run(f"curl -o /none/x {url}")
        assert said == f"curl: {url}: no such file or directory"
        assert server.requests == []


# ---- going on the next time ------------------------------------------------------------------


def parted(body: bytes, tag: str):
    """A server that breaks off a whole answer after 100 bytes, and knows ranges."""

    def answer(request: bytes) -> bytes:
        for line in request.split(b"\r\n"):
            if line.startswith(b"Range: bytes="):
                start = int(line[13:-1])
                span = f"Content-Range: bytes {start}-{len(body) - 1}/{len(body)}"
                return page(body[start:], f"ETag: {tag}", span, status="206 Partial Content")
        return page(body[:100], f"ETag: {tag}", length=len(body))

    return answer


def test_wget_c_goes_on_the_next_time(unix):
    body = DATA[:5000]
    with scripted(page(body[:100], 'ETag: "v1"', length=5000)) as server:
        said = unix.run(f"wget -q -c -O /t/c.bin {server.url()}")
    assert said.endswith(": the file has changed on the server, or cannot be resumed")
    assert unix.run("test -f /t/c.bin") == "False"
    assert unix.run("stat /t/c.bin.part").split("\n")[1] == "Size: 100"
    with answering(parted(body, '"v1"')) as server:
        assert unix.run(f"wget -c -q -O /t/c.bin {server.url()}") == ""
        assert b'\r\nRange: bytes=100-\r\nIf-Range: "v1"\r\n' in server.requests[0]
    assert digest(unix, "/t/c.bin") == hashlib.sha256(body).hexdigest()
    assert leftovers(unix) == NOTHING


def test_wget_c_of_another_file_begins_anew(unix):
    with scripted(page(b"x" * 100, 'ETag: "v1"', length=200)) as server:
        unix.run(f"wget -q -c -O /t/d.bin {server.url()}")
    with scripted(page(b"y" * 50, 'ETag: "v2"')) as server:
        assert unix.run(f"wget -q -c -O /t/d.bin {server.url()}") == ""
    assert unix.run("cat /t/d.bin") == "y" * 50
    assert leftovers(unix) == NOTHING


def test_wget_c_with_all_of_it(unix):
    with scripted(page(b"x" * 100, 'ETag: "v1"', length=200)) as server:
        unix.run(f"wget -q -c -O /t/e.bin {server.url()}")
    whole = b"HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */%d\r\n\r\n"
    with scripted(whole % 100) as server:
        assert unix.run(f"wget -q -c -O /t/e.bin {server.url()}") == ""
    assert unix.run("cat /t/e.bin") == "x" * 100
    assert leftovers(unix) == NOTHING
    with scripted(page(b"x" * 100, 'ETag: "v1"', length=200)) as server:
        unix.run(f"wget -q -c -O /t/e.bin {server.url()}")
    with scripted(whole % 40) as server:
        assert "try again" in unix.run(f"wget -q -c -O /t/e.bin {server.url()}")
    assert leftovers(unix) == NOTHING
