# SPDX-License-Identifier: MIT
"""uhttpd and the files of /www, with curl, wget, http.client and plain sockets."""

import subprocess

import pytest
from upyfw.source import tools
from web_server import FILES

BIG = FILES["/www/big.csv"].encode()


def curl(*arguments: str) -> str:
    tools.require("curl")
    run = subprocess.run(
        ["curl", "-sS", "--max-time", "60", *arguments], capture_output=True, text=True, timeout=90
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_curl_gets_files(web, tmp_path):
    assert curl(f"{web.url}/a.txt") == "alpha\n"
    assert curl(f"{web.url}/") == "<h1>index</h1>\n"
    assert curl(f"{web.url}/sub/") == "sub\n"
    assert curl(f"{web.url}/sub/%C3%A9%20%E2%82%AC.txt") == "name\n"
    target = tmp_path / "big"
    curl("-o", str(target), f"{web.url}/big.csv")
    assert target.read_bytes() == BIG
    target.write_bytes(BIG[:1000])
    curl("-C", "-", "-o", str(target), f"{web.url}/big.csv")
    assert target.read_bytes() == BIG


def test_wget_gets_and_resumes(web, tmp_path):
    tools.require("wget")
    (tmp_path / "big.csv").write_bytes(BIG[:5000])
    run = subprocess.run(
        ["wget", "-q", "-c", f"{web.url}/big.csv", f"{web.url}/a.txt"], cwd=tmp_path, timeout=90
    )
    assert run.returncode == 0
    assert (tmp_path / "big.csv").read_bytes() == BIG
    assert (tmp_path / "a.txt").read_bytes() == b"alpha\n"


def test_head_of_an_answer(web):
    reply = web.get("/a.txt")
    assert reply.status == 200
    assert reply.body == b"alpha\n"
    assert reply.fields["content-type"] == "text/plain; charset=utf-8"
    assert reply.fields["content-length"] == "6"
    assert reply.fields["connection"] == "close"
    head = web.get("/a.txt", "HEAD")
    assert head.fields == reply.fields
    assert head.body == b""
    assert web.get("/big.csv", "HEAD").fields["content-length"] == str(len(BIG))


def test_not_modified(web):
    tag = web.get("/a.txt").fields["etag"]
    again = web.get("/a.txt", If_None_Match=f'"x", {tag}')
    assert (again.status, again.body) == (304, b"")
    assert web.get("/a.txt", If_None_Match='"x"').status == 200
    assert web.session.run("echo other > /www/a.txt") == ""
    changed = web.get("/a.txt", If_None_Match=tag)
    assert (changed.status, changed.body) == (200, b"other\n")


@pytest.mark.parametrize(
    ("field", "status", "body"),
    [
        ("bytes=0-0", 206, BIG[:1]),
        ("bytes=5-2004", 206, BIG[5:2005]),
        ("bytes=63990-", 206, BIG[63990:]),
        ("bytes=-7", 206, BIG[-7:]),
        ("bytes=-99999999", 206, BIG),
        ("bytes=0-99999999", 206, BIG),
        ("bytes=64000-", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=9-3", 200, BIG),
        ("bytes=0-1,3-4", 200, BIG),
        ("bytes=x-y", 200, BIG),
        ("bytes=-", 200, BIG),
        ("lines=1-2", 200, BIG),
    ],
)
def test_range(web, field, status, body):
    reply = web.get("/big.csv", Range=field)
    assert (reply.status, reply.body) == (status, body)
    if status == 206:
        start = BIG.index(body) if len(body) > 1 else 0
        wanted = f"bytes {start}-{start + len(body) - 1}/{len(BIG)}"
        assert reply.fields["content-range"] == wanted
