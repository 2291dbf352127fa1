# SPDX-License-Identifier: MIT
"""wget and curl against nginx, and against servers that do what they must not."""

import hashlib
import urllib.request
from collections.abc import Iterator
from random import Random

import pytest
import web_folder
from session import Session
from web_peers import NOTHING, Nginx, answering, digest, leftovers, page, scripted

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


def test_wget_to_standard_output(unix, nginx):
    """And nothing beside it: neither a bar nor a file of that name."""
    before = unix.run("ls -1 /")
    assert unix.run(f"wget -O - {nginx.url('a.txt')}") == "alpha\nbeta"
    assert unix.run(f"wget -qO- {nginx.url('a.txt')} | wc -l") == "2"
    assert unix.run("ls -1 /") == before


def test_a_file_into_nothing(unix, nginx):
    url = nginx.url("b.bin")
    assert unix.run(f"wget -O /dev/null {url}").endswith("/dev/null: 200000 bytes")
    assert unix.run(f"curl -o /dev/null {url}; cp /t/old.txt /dev/null") == (
        "/t/old.txt -> /dev/null"
    )


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
    said = unix.run(f"curl -sI {nginx.url('a.txt')}")
    assert said.startswith("HTTP/1.1 200 OK\n")
    assert "Content-Length: 11" in said
    assert "alpha" not in said


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


# ---- room and protection ---------------------------------------------------------------------


def test_larger_than_the_space_left(unix):
    with scripted(page(b"x" * 3000, length=30_000_000)) as server:
        said = unix.run(f"wget -q -O /t/old.txt {server.url()}")
    assert said == "wget: /t/old.txt: no space left on device"
    assert unix.run("cat /t/old.txt") == OLD.strip()


@pytest.mark.parametrize("option", ["", "-c"])
def test_larger_than_the_space_left_and_not_said(unix, option):
    before = int(unix.run("> import os; print(os.statvfs('/')[3])"))
    with scripted(b"HTTP/1.0 200 OK\r\n\r\n" + DATA * 8) as server:
        said = unix.run(f"wget -q {option} -O /t/old.txt {server.url()}")
    assert said == "wget: /t/old.txt: no space left on device"
    assert unix.run("cat /t/old.txt") == OLD.strip()
    assert leftovers(unix) == NOTHING
    # the history may have been written meanwhile, into a block more
    assert int(unix.run("> import os; print(os.statvfs('/')[3])")) >= before - 1


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


def test_wget_c_goes_on_at_ota_serve(unix, tmp_path):
    """The server of `upyfw ota serve` gives the rest of a file that is still the same one."""
    body = DATA[:50_000]
    (tmp_path / "f.img").write_bytes(body)
    asked_for = []
    with web_folder.served(tmp_path, asked_for.append) as base:
        with urllib.request.urlopen(f"{base}/f.img", timeout=30) as answer:
            tag = answer.headers["ETag"]
        with scripted(page(body[:100], f"ETag: {tag}", length=len(body))) as server:
            unix.run(f"wget -q -c -O /t/f.img {server.url()}")
        assert unix.run(f"wget -q -c -O /t/f.img {base}/f.img") == ""
    assert digest(unix, "/t/f.img") == hashlib.sha256(body).hexdigest()
    assert [line.rpartition(" ")[2] for line in asked_for] == ["200", "206"]
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
