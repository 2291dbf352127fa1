# SPDX-License-Identifier: MIT
"""`upyfw sync` with a board that is a process of this machine: over FTP, and at its console."""

import os
import re
import signal
import subprocess
import sys
import threading
import time

import ftp_server
import pytest
import upgrade_boards as up
from casefile import TREE
from machines import image
from network import LIMIT_S
from upyfw import cli
from upyfw.remote import consoles
from upyfw.remote.sync import Sync
from upyfw.remote.ways import SerialWay
from upyfw.targets.base import TargetStopped
from upyfw.targets.pty_bridge import PtyBridge

HELLO = b"def __main__(args):\n  print('hello')\n"


@pytest.fixture
def folder(tmp_path):
    """Files to push, and some that stay here."""
    for name, data in {
        "a.txt": b"alpha\n",
        "bin/hello.py": HELLO,
        "deep/er/ä b.txt": b"x" * 3000,
        ".git/config": b"",
        "a.txt~": b"",
        "__pycache__/x.pyc": b"",
    }.items():
        path = tmp_path / "here" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "here"


def upyfw(server: ftp_server.Server, folder, *more: str, password: str = "") -> subprocess.Popen:
    call = [sys.executable, "-P", "-m", "upyfw", "sync", f"127.0.0.1:{server.port}", str(folder)]
    env = os.environ | {"PYTHONPATH": str(TREE / "scripts"), "UPYFW_PASSWORD": password}
    pipe = subprocess.PIPE
    process = subprocess.Popen([*call, *more], env=env, stderr=pipe, stdout=pipe, text=True)
    # nobody waits for its lines for ever
    limit = threading.Timer(LIMIT_S, process.kill)
    limit.daemon = True
    limit.start()
    return process


def test_what_changed_is_pushed_and_nothing_else(server, folder):
    first = upyfw(server, folder, "--to", "/local").communicate(timeout=LIMIT_S)[1]
    assert "3 of 3 files written" in first
    assert server.session.run("hello") == "hello"
    assert server.session.run("wc -c '/local/deep/er/ä b.txt'").split()[0] == "3000"
    (folder / "a.txt").write_bytes(b"ALPHA\n")
    second = upyfw(server, folder, "--to", "/local").communicate(timeout=LIMIT_S)[1]
    assert "1 of 3 files written" in second
    assert server.session.run("cat /local/a.txt") == "ALPHA"
    names = server.files()
    assert [path for path in names if path.startswith("/local/") and path[7] in "._"] == []


def test_a_saved_file_is_on_the_board(server, folder):
    process = upyfw(server, folder, "--to", "/local", "--watch", "--delete")
    told = iter(process.stderr.readline, "")
    assert any("watching" in line for line in told)
    (folder / "bin" / "hello.py").write_bytes(HELLO.replace(b"hello", b"saved"))
    assert any("/local/bin/hello.py" in line for line in told)
    assert server.session.run("hello") == "saved"
    (folder / "a.txt").unlink()
    assert any("/local/a.txt: removed" in line for line in told)
    assert "/local/a.txt" not in server.files()
    process.send_signal(signal.SIGINT)
    assert process.wait(LIMIT_S) == 0
    process.communicate()


def test_the_password_is_needed(guarded_server, folder):
    wrong = upyfw(guarded_server, folder, password="bad")
    assert "530" in wrong.communicate(timeout=LIMIT_S)[1]
    assert wrong.returncode == 1
    right = upyfw(guarded_server, folder, password="pw7")
    assert "3 of 3 files written" in right.communicate(timeout=LIMIT_S)[1]


def test_nobody_is_there(server, folder):
    server.session.run("uftpd stop")
    process = upyfw(server, folder)
    assert "refused" in process.communicate(timeout=LIMIT_S)[1]
    assert process.returncode == 1


@pytest.mark.parametrize("name", ["UNIX", "RPI_PICO"])
def test_at_the_console(machines, folder, name):
    said: list[str] = []
    with machines.at_prompt(name, image(name, {})) as session:
        sync = Sync(folder, "/local", SerialWay(session.target), said.append, delete=True)
        assert sync.push() == (3, 3)
        assert sync.push() == (0, 3)
        (folder / "a.txt").write_bytes(b"it's\n")
        sync.update()
        assert said[-1] == "/local/a.txt: 5 B"
        assert session.target.run("cat /local/a.txt").strip() == "it's"
        (folder / "a.txt").unlink()
        sync.update()
        assert session.target.run("test -e /local/a.txt; echo $?").split()[-1] == "1"
        assert session.target.run("hello").strip() == "hello"


@pytest.mark.parametrize("name", [b"tab\tx", b"line\nx", b"esc\x1b[2J", b"bytes\xff"])
def test_a_name_that_is_no_text(machines, folder, capsys, name):
    """Its characters would be keys at the console; no file is pushed under another name."""
    (folder / os.fsdecode(name)).write_bytes(b"x")
    with machines.at_prompt("UNIX", image("UNIX", {})) as session:
        with PtyBridge(session.target) as bridge:
            assert cli.run(["sync", bridge.path, str(folder), "--to", "/local"]) == 1
        told = capsys.readouterr().err
        assert f"{'/local/' + os.fsdecode(name)!r}: no name for a board" in told
        assert session.run("cat /local/a.txt").startswith("cat: ")


def test_what_the_board_refuses_names_the_file(server, folder):
    """A folder where a file goes."""
    server.session.run("mkdir -p /local/a.txt")
    process = upyfw(server, folder, "--to", "/local")
    assert "upyfw: /local/a.txt: is a directory\n" in process.communicate(timeout=LIMIT_S)[1]
    assert process.returncode == 1


BUSY = {
    "vi": ("UNIX", b"vi /a.txt\r", b"/a.txt", "its console shows no prompt"),
    "raw REPL": ("UNIX", b"\x01", b"raw REPL", "its console shows no prompt"),
    "bare": ("RPI_PICO", b"\x01\x02", b">>> ", "it is at MicroPython's prompt"),
}


@pytest.mark.parametrize("what", BUSY)
def test_a_console_without_the_shell(machines, folder, capsys, monkeypatch, what):
    """One line and advice; the board is as it was."""
    monkeypatch.setattr(consoles, "_PROMPT_S", 2)
    name, keys, shown, why = BUSY[what]
    with machines.at_prompt(name, image(name, {"/a.txt": "alpha\n"})) as session:
        session.target.send(keys)
        session.target.read_until(re.compile(re.escape(shown)))
        with PtyBridge(session.target) as bridge:
            assert cli.run(["sync", bridge.path, str(folder)]) == 1
            line, advice = capsys.readouterr().err.splitlines()
            assert line.startswith(f"upyfw: {bridge.path}: {why}")
            assert "./upyfw monitor" in advice
            site = up.site(folder.parent / "site", "0.3.0", b"image")
            assert cli.run(["ota", "push", bridge.path, "--site", str(site)]) == 1
            assert capsys.readouterr().err.splitlines()[-1] == advice
        assert "Traceback" not in session.text


class Way:
    """Fails once, as a board that restarts does."""

    def __init__(self) -> None:
        self.written: dict[str, bytes] = {}
        self.fails = True

    def has(self, path: str, data: bytes) -> bool:
        return self.written.get(path) == data

    def write(self, path: str, data: bytes) -> None:
        if self.fails:
            self.fails = False
            raise OSError(5, "gone")
        self.written[path] = data


def test_what_failed_is_tried_again(folder):
    way, said = Way(), []
    sync = Sync(folder, "/", way, said.append)
    sync.update()
    assert [line for line in said if "gone" in line] != []
    stop = threading.Event()
    # nothing changes: the time that passes is enough
    watcher = threading.Thread(target=sync.watch, args=(stop,))
    watcher.start()
    while "/a.txt" not in way.written:
        assert watcher.is_alive()
        stop.wait(0.05)
    stop.set()
    watcher.join(LIMIT_S)
    assert sorted(way.written) == ["/a.txt", "/bin/hello.py", "/deep/er/ä b.txt"]


def test_what_fails_for_ever_is_said_once(folder, monkeypatch):
    """It is tried more and more rarely: each try may write flash."""
    way, said, now = Way(), [], [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    tries = []

    def write(path: str, data: bytes) -> None:
        tries.append(path)
        raise OSError(28, "no space left on device")

    way.write = write
    sync = Sync(folder, "/", way, said.append)
    for _ in range(120):
        sync.update()
        now[0] += 1
    assert len(said) == 3
    assert len(tries) == 3 * 8
    # a new content is tried at once
    (folder / "a.txt").write_bytes(b"shorter")
    sync.update()
    assert tries[24:] == ["/a.txt"]


def test_a_port_that_is_gone_ends_the_watch(folder):
    """It would be said for ever: the port is not opened again."""
    way = Way()

    def write(path: str, data: bytes) -> None:
        raise TargetStopped("port: stopped (the port has gone)")

    way.write = write
    with pytest.raises(TargetStopped):
        Sync(folder, "/", way, print).watch(threading.Event())
