# SPDX-License-Identifier: MIT
"""The JSON API of uhttpd, and its sessions."""

import json
import re


def answered(reply, status: int = 200) -> dict:
    """The object of an answer with this status."""
    assert reply.status == status, reply.body
    assert reply.fields["content-type"] == "application/json"
    return json.loads(reply.body)


def test_status(web):
    found = answered(web.get("/api/status"))
    assert set(found) == {"mcu", "board", "config", "memory", "storage", "sys", "services"}
    assert found["services"] == {"uhttpd": web.port}
    assert found["storage"]["total"] == 1 << 20
    assert found["memory"]["total"] == found["memory"]["used"] + found["memory"]["free"]
    assert "auth" not in found["config"]


def test_files(web):
    assert answered(web.post("/api/fs/mkdir", {"path": "/t/new"})) == {"path": "/t/new"}
    data = bytes(range(256)) * 40
    reply = web.get("/api/fs/write?path=/t/new/%C3%A4%20b.bin", "POST", data)
    assert answered(reply) == {"path": "/t/new/ä b.bin", "size": len(data)}
    entries = answered(web.post("/api/fs/list", {"path": "/t/new"}))["entries"]
    assert [(e["name"], e["dir"], e["size"]) for e in entries] == [("ä b.bin", False, len(data))]
    read = web.get("/api/fs/read?path=/t/new/%C3%A4+b.bin")
    assert (read.body, read.fields["content-type"]) == (data, "text/plain; charset=utf-8")
    loaded = web.get("/api/fs/download?path=/t/new/%C3%A4%20b.bin", Range="bytes=5-9")
    assert (loaded.status, loaded.body) == (206, data[5:10])
    assert loaded.fields["content-disposition"] == "attachment"
    answered(web.post("/api/fs/rename", {"old_path": "/t/new/ä b.bin", "new_path": "/t/c.bin"}))
    answered(web.post("/api/fs/delete", {"path": "/t/new"}))
    assert web.files()["/t/c.bin"] == data
    many = answered(web.post("/api/fs/list", {"path": "/"}))
    assert {"t", "www"} <= {entry["name"] for entry in many["entries"]}


def test_upload_replaces_a_file(web):
    answered(web.get("/api/fs/upload?path=/t/a.txt", "POST", b"new"))
    assert web.files()["/t/a.txt"] == b"new"


LINES = (
    ("echo hello", 0, "hello\n"),
    ("cat /none", 1, "cat: /none: no such file or directory\n"),
    ("echo a ; nothere ; echo b", 0, "a\nnothere: not found\nb\n"),
    ("echo 'a", 2, "syntax error: "),
    ("for i in 1 2 ; echo $i ; done", 0, "1\n2\n"),
    ("for i in 1 2", 2, ""),
    ("< 6 * 7", 0, "42\n"),
    ("> 1/0", 1, "ZeroDivisionError"),
    ("echo x | tr x y", 0, "y\n"),
    ("sleep 0.1", 0, ""),
    ("", 0, ""),
)


def test_commands(web):
    for line, status, output in LINES:
        found = answered(web.post("/api/cmd/run", {"cmd": line}))
        assert (found["status"], found["cmd"], found["cwd"]) == (status, line, "/")
        assert output in found["output"]
    assert web.session.run("echo still") == "still"


def test_directory_of_a_command(web):
    assert answered(web.post("/api/cmd/run", {"cmd": "cd /t"}))["cwd"] == "/t"


def test_commands_while_a_program_runs(web):
    web.session.type("sleep 1000")
    web.session.target.read_until(re.compile(rb"sleep 1000\r\n"), 30)
    assert answered(web.post("/api/cmd/run", {"cmd": "echo a"}))["output"] == "a\n"
    assert answered(web.post("/api/cmd/interrupt"))["ended"] == 0
    web.session.wait_prompt()
    assert web.session.run("echo $?") == "130"


def test_interrupt_of_a_command(web):
    client = web.client()
    client.request("POST", "/api/cmd/run", json.dumps({"cmd": "sleep 1000"}))
    while answered(web.post("/api/cmd/interrupt"))["ended"] == 0:
        pass
    assert json.loads(client.getresponse().read())["cmd"] == "sleep 1000"
    assert web.session.run("ps").count("sleep") == 0


def test_much_output_is_cut(web):
    found = answered(web.post("/api/cmd/run", {"cmd": "seq 1 9000"}))
    assert found["cut"] is True
    assert len(found["output"]) == 16384


def test_no_pins(web):
    assert answered(web.get("/api/gpio/status"), 404) == {"error": "this board has no pins"}
    values = {"pin": 1, "val": 1}
    assert answered(web.post("/api/gpio/set", values), 404)["error"] == "this board has no pins"
    values = {"gpio": 1, "r": 1, "g": 1, "b": 1}
    assert answered(web.post("/api/rgb/set", values), 404)["error"] == "this board has no pins"


def test_log_in_and_out(guarded_web):
    web = guarded_web
    assert web.log_in("bad").status == 401
    reply = web.log_in()
    field = reply.fields["set-cookie"]
    assert re.fullmatch(r"upyos=[0-9a-f]{32}; HttpOnly; SameSite=Strict; Path=/", field)
    first = web.cookie
    answered(web.get("/api/status"))
    answered(web.log_in())
    assert web.cookie != first
    answered(web.get("/api/logout"))
    answered(web.get("/api/status"), 401)
    web.cookie = first
    answered(web.get("/api/status"))


def test_a_new_password_ends_sessions(guarded_web):
    guarded_web.log_in()
    answered(guarded_web.get("/api/status"))
    guarded_web.session.run("setauth admin other other")
    answered(guarded_web.get("/api/status"), 401)


def test_a_session_that_was_not_used(guarded_web):
    guarded_web.log_in()
    back = "> p = [q for q in sdata.procs if q.cmd == 'uhttpd'][0]; import time"
    guarded_web.session.run(back)
    for minutes, status in ((29, 200), (31, 401)):
        guarded_web.session.run(
            "> for e in p.sessions.values(): e[0] ="
            f" time.ticks_add(time.ticks_ms(), -{minutes} * 60000)"
        )
        assert guarded_web.get("/api/status").status == status


def test_a_full_table_of_sessions(guarded_web):
    cookies = []
    for _ in range(9):
        guarded_web.log_in()
        cookies.append(guarded_web.cookie)
    for cookie, status in zip(cookies, [401] + [200] * 8, strict=True):
        guarded_web.cookie = cookie
        assert guarded_web.get("/api/status").status == status
