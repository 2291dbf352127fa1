# SPDX-License-Identifier: MIT
"""`upyfw mount`: its operations against the real FTP service, and where it can, the kernel's."""

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from casefile import TREE
from network import LIMIT_S
from upyfw.remote.files import BoardFiles
from upyfw.remote.place import Place
from upyfw.source import tools

# mfusepy looks for libfuse when it is imported
tools.require("fuse3")
import mfusepy  # noqa: E402
from upyfw.remote.mount import BoardFs  # noqa: E402

TEXT = b"alpha\n"


@pytest.fixture
def fs(server) -> Iterator[BoardFs]:
    files = BoardFiles(Place("127.0.0.1", server.port), "admin", lambda: "")
    files.connect()
    yield BoardFs(files)
    files.close()


def content(server, path: str) -> bytes | None:
    return server.files().get(path)


def refused(call, *args) -> int:
    with pytest.raises(mfusepy.FuseOSError) as caught:
        call(*args)
    return caught.value.errno


def test_what_is_there(fs):
    assert set(fs.readdir("/t", 0)) == {".", "..", "a.txt", "sub"}
    assert fs.getattr("/t/a.txt")["st_size"] == len(TEXT)
    assert fs.getattr("/t/sub")["st_mode"] & 0o170000 == 0o040000
    assert refused(fs.getattr, "/t/none") == errno.ENOENT
    assert refused(fs.getattr, "/none/none") == errno.ENOENT


def test_read_and_write_in_place(fs, server):
    handle = fs.open("/t/a.txt", os.O_RDWR)
    assert fs.read("/t/a.txt", 3, 1, handle) == b"lph"
    assert fs.write("/t/a.txt", b"PH", 2, handle) == 2
    # the board has the old content until it is closed; who looks here sees the new one
    assert content(server, "/t/a.txt") == TEXT
    fs.flush("/t/a.txt", handle)
    fs.release("/t/a.txt", handle)
    assert content(server, "/t/a.txt") == b"alPHa\n"


def test_a_hole_is_zeros_and_a_size_is_seen_at_once(fs, server):
    handle = fs.create("/t/new", 0o644)
    fs.write("/t/new", b"x", 10, handle)
    assert fs.getattr("/t/new")["st_size"] == 11
    fs.release("/t/new", handle)
    assert content(server, "/t/new") == bytes(10) + b"x"


def test_truncate(fs, server):
    fs.truncate("/t/a.txt", 2)
    assert content(server, "/t/a.txt") == b"al"
    fs.truncate("/t/a.txt", 4)
    assert content(server, "/t/a.txt") == b"al\0\0"
    fs.release("/t/a.txt", fs.open("/t/a.txt", os.O_WRONLY | os.O_TRUNC))
    assert content(server, "/t/a.txt") == b""


def test_folders_and_names(fs, server):
    fs.mkdir("/t/d", 0o755)
    fs.rename("/t/a.txt", "/t/d/b.txt")
    assert content(server, "/t/d/b.txt") == TEXT
    assert refused(fs.rmdir, "/t/d") == errno.ENOTEMPTY
    fs.release("/t/over", fs.create("/t/over", 0o644))
    fs.rename("/t/d/b.txt", "/t/over")
    assert content(server, "/t/over") == TEXT
    fs.rmdir("/t/d")
    fs.unlink("/t/over")
    assert refused(fs.getattr, "/t/over") == errno.ENOENT
    assert refused(fs.mkdir, "/t/sub", 0o755) == errno.EEXIST
    assert refused(fs.unlink, "/boot.py") == errno.EACCES


def test_an_open_file_follows_its_name(fs, server):
    handle = fs.open("/t/a.txt", os.O_RDWR)
    fs.write("/t/a.txt", b"A", 0, handle)
    fs.rename("/t/a.txt", "/t/b.txt")
    fs.release("/t/b.txt", handle)
    assert content(server, "/t/b.txt") == b"Alpha\n"
    assert content(server, "/t/a.txt") is None


def test_a_log_in_that_the_board_closed_is_made_again(fs, server):
    fs.readdir("/t", 0)
    server.session.run("uftpd restart")
    assert fs.read("/t/a.txt", 99, 0, fs.open("/t/a.txt", os.O_RDONLY)) == TEXT


def test_a_board_that_is_gone(fs, server):
    server.session.run("uftpd stop")
    assert refused(fs.open, "/t/a.txt", os.O_RDONLY) == errno.EIO


def kernel_has_fuse() -> bool:
    return os.access("/dev/fuse", os.R_OK | os.W_OK)


@pytest.fixture
def mounted(server, tmp_path) -> Iterator[tuple[Path, subprocess.Popen]]:
    """The board's files in a folder, by the command that users type."""
    tools.require("fuse3")
    place = tmp_path / "board"
    place.mkdir()
    call = [sys.executable, "-P", "-m", "upyfw", "mount", f"127.0.0.1:{server.port}", str(place)]
    env = os.environ | {"PYTHONPATH": str(TREE / "scripts")}
    process = subprocess.Popen(call, env=env, stderr=subprocess.PIPE, text=True)
    limit = threading.Timer(LIMIT_S, process.kill)
    limit.start()
    try:
        assert "Ctrl-C ends" in process.stderr.readline()
        while process.poll() is None and not place.is_mount():
            pass
        yield place, process
    finally:
        limit.cancel()
        process.terminate()
        process.wait(LIMIT_S)
        process.stderr.close()
        subprocess.run(["fusermount3", "-u", "-z", place], capture_output=True, check=False)


if kernel_has_fuse():

    def test_programs_use_it_as_any_folder(mounted, server):
        place, process = mounted
        assert (place / "t" / "a.txt").read_bytes() == TEXT
        (place / "t" / "deep").mkdir()
        subprocess.run(["cp", "-r", TREE / "fsimage/skel/etc", place / "t" / "deep"], check=True)
        subprocess.run(["sed", "-i", "s/alpha/beta/", place / "t" / "a.txt"], check=True)
        with (place / "t" / "a.txt").open("a") as file:
            file.write("gamma\n")
        assert content(server, "/t/a.txt") == b"beta\ngamma\n"
        init = (TREE / "fsimage/skel/etc/init.sh").read_bytes()
        assert content(server, "/t/deep/etc/init.sh") == init
        subprocess.run(["rm", "-r", place / "t" / "deep"], check=True)
        assert not [path for path in server.files() if path.startswith("/t/deep")]
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT_S) == 0
        assert not place.is_mount()
