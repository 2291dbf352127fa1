# SPDX-License-Identifier: MIT
"""uhttpd and what peers must not be able to do: a test for each hole of the earlier system."""

import concurrent.futures
import contextlib
import json
import re
import socket

import pytest
from test_http_api import answered
from web_socket import WebSocket

# Calls with what they need, so that it is the session that is missing.
CALLS = {
    "GET /api/status": None,
    "GET /api/logout": None,
    "GET /api/gpio/status": None,
    "GET /api/fs/read?path=/t/a.txt": None,
    "GET /api/fs/download?path=/t/a.txt": None,
    "POST /api/fs/write?path=/t/a.txt": {},
    "POST /api/fs/upload?path=/t/a.txt": {},
    "POST /api/fs/list": {"path": "/"},
    "POST /api/fs/delete": {"path": "/t/a.txt"},
    "POST /api/fs/rename": {"old_path": "/t/a.txt", "new_path": "/t/b.txt"},
    "POST /api/fs/mkdir": {"path": "/t/new"},
    "POST /api/cmd/run": {"cmd": "rm /t/a.txt"},
    "POST /api/cmd/interrupt": {},
    "POST /api/system/reset": {},
    "POST /api/gpio/set": {"pin": 1, "val": 1},
    "POST /api/rgb/set": {"gpio": 1, "r": 1, "g": 1, "b": 1},
    "POST /api/nothing": {},
}


def call(web, name: str, **fields: str):
    method, _, target = name.partition(" ")
    body = b"" if CALLS[name] is None else json.dumps(CALLS[name]).encode()
    return web.get(target, method, body, **fields)


def test_nothing_before_the_log_in(guarded_web):
    before = guarded_web.files()
    for cookie in ("", "0" * 32, "x", "upyos"):
        guarded_web.cookie = cookie
        for name in CALLS:
            assert answered(call(guarded_web, name), 401)["error"], name
    assert guarded_web.files() == before
    # but the page itself, which has the log-in
    assert guarded_web.get("/").status == 200


def test_templates_need_the_log_in(guarded_web):
    guarded_web.session.run(
        "> f = open('/www/t.pyhtml', 'w'); n = f.write('{{6 * 7}}'); f.close()"
    )
    assert guarded_web.get("/t.pyhtml").status == 401
    guarded_web.log_in()
    assert guarded_web.get("/t.pyhtml").body == b"42"


def test_the_cookie_is_another_one_each_time(guarded_web):
    seen = set()
    for _ in range(5):
        guarded_web.log_in()
        seen.add(guarded_web.cookie)
    assert len(seen) == 5
    assert all(re.fullmatch("[0-9a-f]{32}", cookie) for cookie in seen)
    # as random as os.urandom is: tests/device/test_random.py


def test_pages_of_other_hosts(web):
    """A POST from a page that the user looks at meanwhile."""
    own = f"http://127.0.0.1:{web.port}"
    for name in CALLS:
        if name.startswith("POST") and "reset" not in name:
            for origin in ("http://elsewhere.example", "null", "http://127.0.0.1.example"):
                assert call(web, name, Origin=origin).status == 403, name
    fields = {"Origin": own, "Host": f"127.0.0.1:{web.port}"}
    body = b'{"path": "/"}'
    lines = [f"{key}: {value}" for key, value in fields.items()]
    head = "\r\n".join(["POST /api/fs/list HTTP/1.1", *lines, f"Content-Length: {len(body)}"])
    assert web.raw(head.encode() + b"\r\n\r\n" + body).status == 200
    assert web.files()["/t/a.txt"] == b"alpha\n"


OUTSIDE = (
    ("/../t/a.txt", 403),
    ("/..%2ft/a.txt", 403),
    ("/%2e%2e/t/a.txt", 403),
    ("/%2E%2e/t/a.txt", 403),
    ("/.%2e/t/a.txt", 403),
    ("/sub/../../t/a.txt", 403),
    ("/sub/%2e%2e%2f%2e%2e%2ft/a.txt", 403),
    ("/..", 403),
    ("/../www/a.txt", 403),
    ("//t/a.txt", 404),
    ("/%2f%2ft/a.txt", 404),
    ("/%252e%252e/t/a.txt", 404),
    ("/..%5ct%5ca.txt", 404),
    ("/%c0%ae%c0%ae/t/a.txt", 404),
    ("/a.txt%00.html", 400),
    ("/a.txt%", 400),
    ("/%zz.txt", 400),
    ("/%ff.txt", 400),
    ("/%+1.txt", 400),
    ("/" + "n" * 300 + ".txt", 404),
    ("/" + "n" * 2000, 431),
    ("*", 400),
    ("a.txt", 400),
)


def test_no_way_out_of_the_root(web):
    for target, status in OUTSIDE:
        reply = web.get(target)
        assert (reply.status, b"alpha" in reply.body) == (status, False), target
    assert web.raw(b"GET /\xff.txt HTTP/1.1\r\nHost: x\r\n\r\n").status == 400
    assert web.raw(b"GET /a\0.txt HTTP/1.1\r\nHost: x\r\n\r\n").status == 400


HEADS = (
    (b"\0\r\n\r\n", 400),
    (b"GET\r\n\r\n", 400),
    (b"GET /\r\n\r\n", 400),
    (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 400),
    (b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    (b"G3T / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n", 400),
    (b"POST /api/x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
    (b"POST /api/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    (b"POST /api/x HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", 413),
    (b"POST /api/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 413),
    (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 1100 + b"\r\n\r\n", 431),
    (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 2000 + b"\r\n", 431),
    (b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + b"upyos=" * 150 + b"\r\n\r\n", 200),
)


def test_heads_that_are_none(web):
    for data, status in HEADS:
        client = web.plain()
        with contextlib.suppress(ConnectionError):
            client.send(data)
        client.socket.shutdown(socket.SHUT_WR)
        assert client.until(b"\r\n").split()[1] == str(status).encode(), data[:80]
        client.close()
    assert web.get("/a.txt").body == b"alpha\n"


def test_bodies_that_are_none(web):
    for body in (b"", b"x", b"[1]", b'{"path"', b"\xff", b"1", b"null", b"[" * 1000):
        assert answered(web.get("/api/fs/list", "POST", body), 400)["error"]
    assert web.get("/api/fs/list", "POST", b" " * 5000).status == 413
    for path in (7, None, "", "t", "/a\0b", ["/"], {"a": 1}):
        assert answered(web.post("/api/fs/list", {"path": path}), 400)["error"]
    assert web.post("/api/fs/list", {"path": "/none"}).status == 404
    assert web.post("/api/fs/list", {"path": "/" + "n" * 300}).status == 404
    assert web.post("/api/login", {"user": 1, "password": []}).status == 400
    assert web.post("/api/cmd/run", {"cmd": 7}).status == 400
    assert web.get("/api/fs/list").status == 405
    assert web.post("/api/status").status == 405
    for name in ("", "x", "fs", "fs/", "__class__", "fs/list/x", "status/x", "check", "cmd/line"):
        assert web.post(f"/api/{name}").status == 404, name


def test_protected_files(web):
    for path in ("/boot.py", "/t/../boot.py", "/"):
        assert web.post("/api/fs/delete", {"path": path}).status == 403
        assert web.post("/api/fs/rename", {"old_path": path, "new_path": "/t/x"}).status == 403
        values = {"old_path": "/t/a.txt", "new_path": path}
        assert web.post("/api/fs/rename", values).status == 403
    assert web.get("/api/fs/write?path=/boot.py", "POST", b"x").status == 403
    assert web.get("/api/fs/write?path=/main.py", "POST", b"x").status == 403
    assert web.files()["/boot.py"] == b"# protected\n"


@pytest.mark.parametrize("path", ["/var/wifi.last", "/var/history", "/var//x/../history.tmp"])
def test_secrets_are_not_handed_out(web, path):
    for name in ("read", "download"):
        assert web.get(f"/api/fs/{name}?path={path}").status == 403
    assert web.get(f"/api/fs/write?path={path}", "POST", b"x").status == 403
    assert web.post("/api/fs/delete", {"path": path}).status == 403
    assert web.post("/api/fs/rename", {"old_path": path, "new_path": "/x"}).status == 403
    assert web.post("/api/fs/rename", {"old_path": "/var", "new_path": "/x"}).status == 403
    assert web.post("/api/fs/delete", {"path": "/var"}).status == 403


def test_the_password_is_never_given(guarded_web):
    guarded_web.log_in()
    answers = [guarded_web.get("/api/status").body]
    for path in ("/etc/system.conf", "/etc/../etc/system.conf", "//etc/system.conf"):
        for name in ("read", "download"):
            reply = guarded_web.get(f"/api/fs/{name}?path={path}")
            assert reply.status == 403
            answers.append(reply.body)
    for found in answers:
        assert b"pw7" not in found
        assert b"pbkdf2" not in found


def test_an_upload_that_breaks_off_leaves_the_old_file(web):
    client = web.plain()
    client.send(
        b"POST /api/fs/write?path=/t/a.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n"
    )
    client.send(b"half of the new one" * 100)
    seen = (web.session.run("> import os; print(os.listdir('/var'))") for _ in range(50))
    assert any(".part" in names for names in seen)
    client.close()
    seen = (web.session.run("> import os; print(os.listdir('/var'))") for _ in range(50))
    assert any(names == "[]" for names in seen)
    assert web.files()["/t/a.txt"] == b"alpha\n"


def test_uploads_at_once_do_not_mix(web):
    bodies = [bytes([65 + i]) * 9000 for i in range(4)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        replies = [
            pool.submit(web.get, f"/api/fs/write?path=/t/{i}.bin", "POST", body)
            for i, body in enumerate(bodies)
        ]
        assert [reply.result().status for reply in replies] == [200] * 4
    files = web.files()
    assert [files[f"/t/{i}.bin"] for i in range(4)] == bodies


def test_a_file_that_does_not_fit(web):
    head = (
        b"POST /api/fs/write?path=/t/a.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n"
    )
    client = web.plain()
    client.send(head)
    client.socket.shutdown(socket.SHUT_WR)
    assert b" 413 " in client.until(b"\r\n")
    assert web.files()["/t/a.txt"] == b"alpha\n"


def test_wrong_passwords_cost_time_for_the_peer_alone(guarded_web):
    """Whatever service: utelnetd and uftpd see the same table."""
    for _ in range(3):
        body = json.dumps({"user": "admin", "password": "bad"}).encode()
        head = b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
        assert guarded_web.raw(head + body, "127.0.0.9").status == 401
    seen = guarded_web.session.run(
        "> from upyos.jobs.listener import failures; print({k: v[0] for k, v in failures.items()})"
    )
    assert seen == "{'127.0.0.9': 3}"
    assert guarded_web.log_in().status == 200


def test_idle_connections_keep_nobody_out(guarded_web):
    idle = [guarded_web.plain() for _ in range(200)]
    assert guarded_web.get("/a.txt").body == b"alpha\n"
    # the oldest ones had to go
    assert idle[0].rest() == b""


def test_slow_peers_are_let_go(web):
    """A head, a body, an answer that takes for ever: the seconds are counted by hand."""
    head = web.plain()
    head.send(b"GET / HTTP/1.1\r\nHost:")
    body = web.plain()
    body.send(b"POST /api/fs/list HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
    answer = web.plain()
    answer.send(b"GET /big.csv HTTP/1.1\r\nHost: x\r\n\r\n")
    answer.until(b"200 OK")
    count = (
        "> p = [q for q in sdata.procs if q.cmd == 'uhttpd'][0];"
        " [c.second() for c in p.connections[:] for _ in range(40)]"
    )
    web.session.run(count)
    assert head.rest() == b""
    assert body.rest() == b""
    web.session.run("> " + count[2:].replace("40", "200"))
    answer.rest()
    assert web.session.run("> print(len(p.connections))") == "0"


def test_a_terminal_ends_with_its_session(guarded_web):
    """A page that was left open keeps nobody's console."""
    guarded_web.log_in()
    terminal = WebSocket(guarded_web.plain(), Cookie=f"upyos={guarded_web.cookie}")
    terminal.until(b"/ $: ")
    count = (
        "> p = [q for q in sdata.procs if q.cmd == 'uhttpd'][0];"
        " [c.second() for c in p.connections[:] for _ in range(301)]"
    )
    guarded_web.session.run(count)
    terminal.client.rest()
    # the prompt that the terminal leaves may stand in front
    assert guarded_web.session.run("echo o'n'").splitlines()[-1] == "on"
