# SPDX-License-Identifier: MIT
"""uhttpd and the files of /www, with curl, wget, http.client and plain sockets."""

import gzip
import subprocess

from upyfw.source import tools
from web_server import FILES, serving

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


RANGES = (
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
)


def test_range(web):
    for field, status, body in RANGES:
        reply = web.get("/big.csv", Range=field)
        assert (reply.status, reply.body) == (status, body), field
        if status == 206:
            start = BIG.index(body) if len(body) > 1 else 0
            wanted = f"bytes {start}-{start + len(body) - 1}/{len(BIG)}"
            assert reply.fields["content-range"] == wanted


def test_twins(machines):
    plain = b"<p>page</p>\n" * 50
    overlay = {"/www/p.html": plain, "/www/p.html.gz": gzip.compress(plain)}
    with serving(machines, {}, overlay) as web:
        url = f"{web.url}/p.html"
        assert curl(url).encode() == plain
        assert curl("--compressed", url).encode() == plain
        reply = web.get("/p.html", Accept_Encoding="deflate, gzip")
        assert reply.fields["content-encoding"] == "gzip"
        assert reply.fields["content-type"] == "text/html; charset=utf-8"
        assert "Accept-Encoding" in reply.fields["vary"]
        assert reply.fields["etag"] != web.get("/p.html").fields["etag"]
        # the twin of what was changed is not sent, with no clock neither
        web.session.run("echo other > /www/p.html")
        assert curl("--compressed", url) == "other\n"
        assert web.get("/p.html.gz").status == 403


def test_a_twin_alone(machines):
    page = b"<p>page</p>\n" * 50
    with serving(machines, {}, {"/www/p.html.gz": gzip.compress(page)}) as web:
        for target in ("/p.html", "/"):
            reply = web.get(target)
            assert (reply.status, reply.fields["content-encoding"]) == (200, "gzip")
            assert gzip.decompress(reply.body).startswith(b"<")
        assert web.get("/none.html").status == 404
        # a page of one's own, on a board that knows no time
        made = "> import os; f = open('/www/index.html', 'w'); n = f.write('own'); f.close()"
        web.session.run(made)
        assert web.get("/", Accept_Encoding="gzip").body == b"own"


def test_methods_and_types(web):
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "FOO"):
        reply = web.get("/a.txt", method)
        assert (reply.status, reply.fields["allow"]) == (405, "GET, HEAD")
    assert web.get("/none.bin").status == 403
    assert web.get("/none").status == 403
    assert web.get("/none.txt").status == 404
    assert web.get("/sub").status in (403, 404)
    assert web.get("/sub/none/").status == 403
    assert web.get("http://127.0.0.1/a.txt").body == b"alpha\n"
    assert web.raw(b"GET /a.txt HTTP/1.0\r\n\r\n").body == b"alpha\n"
    assert web.raw(b"\r\nGET /a.txt HTTP/1.1\nhOsT: x\n\n").body == b"alpha\n"


def test_templates(machines):
    files = {
        "/www/index.pyhtml": "<b>{{1 + 1}}</b>{{'<&>'}}{{include part.pyhtml}}",
        "/www/part.pyhtml": "{{for i in range(3)}}[{{if i == 1}}one{{elif i}}more{{else}}none"
        "{{end}}]{{end}}{{query.get('a')}}",
        "/www/py.pyhtml": "{{py}}\n  def two(x):\n    return x * 2\n{{end}}{{two(3)}}",
        "/www/bad.pyhtml": "{{1 / 0}}",
        "/www/late.pyhtml": "begun {{1 / 0}}",
        "/www/open.pyhtml": "{{if 1}}",
        "/www/out.pyhtml": "{{include ../etc/system.conf}}",
        "/www/self.pyhtml": "{{include self.pyhtml}}",
        "/www/else.pyhtml": "{{else}}",
    }
    with serving(machines, files) as web:
        assert web.get("/?a=x%20y+z").body == b"<b>2</b>&lt;&amp;&gt;[none][one][more]x y z"
        assert web.get("/py.pyhtml").body == b"6"
        assert web.get("/py.pyhtml", "HEAD").body == b""
        for name in ("bad", "open", "out", "self", "else"):
            reply = web.get(f"/{name}.pyhtml")
            assert (reply.status, reply.body) == (500, b"Internal Server Error\n"), name
        assert web.get("/late.pyhtml").body == b"begun "
        assert "ZeroDivisionError: divide by zero" in web.session.text
        web.session.settle()
        assert web.session.run("echo on") == "on"
