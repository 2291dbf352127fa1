# SPDX-License-Identifier: MIT
"""A damaged directory: `mount -r` in recovery mode reaches all other files and changes nothing."""

import hashlib
import random
import subprocess
import sys

import machines as at
import pytest
from casefile import TARGETS
from session import Session
from upyfw.image import fsimage
from upyfw.targets.pty_bridge import PtyBridge

both = pytest.mark.parametrize("target", TARGETS)

MOUNT_LINE = "mount -r "
BIG = bytes(range(256)) * 79 + b"end"
# so long that a directory of fifty needs more than one pair of blocks
LONG = "x" * 60
FILES = {
    "/keep/small.txt": b"small\n",
    "/keep/big.bin": BIG,
    "/keep/deep/er/x.txt": b"deeper\n",
    "/hurt/needle": b"lost\n",
    "/hurt/sub/inner.txt": b"inner\n",
    "/zlast/end.txt": b"the end\n",
    **{f"/many/{number:02d}{LONG}": b"%d\n" % number for number in range(50)},
}
DAMAGED = "file system damaged"
READ_ONLY = "read-only file system"


def _damaged(target: str, name: bytes) -> bytes:
    """An image whose metadata blocks with an entry of this name are destroyed."""
    board = at.board(target)
    flash = bytearray(at.image(target, {}, overlay=FILES))
    size = board.littlefs.block_bytes
    hurt = [start for start in range(0, len(flash), size) if name in flash[start : start + size]]
    assert hurt
    for start in hurt:
        flash[start : start + size] = random.Random(start).randbytes(size)
    with pytest.raises(Exception, match="LFS_ERR_CORRUPT|84"):
        fsimage.read(board, bytes(flash))
    return bytes(flash)


def _digest(session: Session, path: str) -> str:
    return session.run(f"sha256sum {path}").split(" ")[0]


@pytest.fixture(params=[("hurt", b"needle"), ("many", b"49" + LONG.encode())], ids=lambda p: p[0])
def damage(request):
    """A directory, and a name in the blocks of it that are destroyed: its only ones, its last."""
    return request.param


@both
def test_the_rest_is_read_byte_for_byte(machines, target, damage):
    folder, name = damage
    before = _damaged(target, name)
    with machines.at_prompt(target, before) as session:
        assert f"Reason: the flash cannot be mounted: {DAMAGED}" in session.text
        assert MOUNT_LINE in session.text
        assert "reset " in session.text
        assert session.run("mount -r") == ""
        for path, data in FILES.items():
            if not path.startswith(f"/{folder}/"):
                assert _digest(session, "/mnt" + path) == hashlib.sha256(data).hexdigest(), path
        assert session.run("cp -q /mnt/keep/small.txt /saved ; cat /saved") == "small"
        assert session.run("ls -1 /mnt/keep") == "big.bin\ndeep\nsmall.txt"
        names = session.run("ls -1 /mnt").split("\n")
        assert {"keep", "hurt", "many", "zlast"} <= set(names)
        assert session.run(f"ls /mnt/{folder}") == f"ls: /mnt/{folder}: {DAMAGED}"
        assert session.run("cat /mnt/keep/deep/er/x.txt") == "deeper"
        assert at.file_system(session, target) == before


@both
def test_the_first_half_of_a_directory_is_there(machines, target):
    with machines.at_prompt(target, _damaged(target, b"49" + LONG.encode())) as session:
        session.run("mount -r /old")
        assert session.run(f"cat /old/many/00{LONG}") == "0"
        assert session.run(f"cat /old/many/49{LONG}").endswith(DAMAGED)


WRITES = (
    ("echo x > /mnt/new.txt", "/mnt/new.txt: "),
    ("echo x > /mnt/keep/small.txt", "/mnt/keep/small.txt: "),
    ("cat /mnt/keep/big.bin >> /mnt/keep/small.txt", "/mnt/keep/small.txt: "),
    ("cp /mnt/keep/small.txt /mnt/keep/copy", "cp: /mnt/keep/copy: "),
    ("mv /mnt/keep/small.txt /mnt/moved", "mv: /mnt/moved: "),
    ("rm /mnt/keep/small.txt", "rm: /mnt/keep/small.txt: "),
    ("rm -r /mnt/keep", "rm: /mnt/keep: "),
    ("mkdir /mnt/new", "mkdir: /mnt/new: "),
    ("rmdir /mnt/keep/deep/er", "rmdir: /mnt/keep/deep/er: "),
    ("touch /mnt/new", "touch: /mnt/new: "),
    ("touch /mnt/keep/small.txt", "touch: /mnt/keep/small.txt: "),
    ("echo x | tee /mnt/new > v", "tee: /mnt/new: "),
    ("echo x | fileup /mnt/new", "fileup: /mnt/new: "),
)


@both
def test_writes_are_refused(machines, target):
    before = _damaged(target, b"needle")
    with machines.at_prompt(target, before) as session:
        session.run("mount -r")
        for line, blamed in WRITES:
            assert session.run(line) == blamed + READ_ONLY, line
            assert session.run("echo $?") == "1"
        # a device in the middle of littlefs says so too
        output = session.run("> open('/mnt/keep/small.txt', 'r+')")
        assert output.split("\n")[0] == f"OSError: {READ_ONLY}"
        assert at.file_system(session, target) == before
        assert session.run("cat /mnt/keep/small.txt") == "small"


@both
def test_reset_tries_again(machines, target):
    with machines.at_prompt(target, _damaged(target, b"needle")) as session:
        session.run("mount -r")
        session.forget()
        session.type("reset")
        assert session.wait_texts(("Recovery mode", MOUNT_LINE, "/ $: "), limit_s=60) is None
        assert session.run("mount -r ; cat /mnt/zlast/end.txt") == "the end"


@both
def test_no_root_no_mount(machines, target):
    size = at.board(target).fs_region.size_bytes
    before = random.Random(3).randbytes(size)
    with machines.at_prompt(target, before) as session:
        assert session.run("mount -r") == f"mount: /mnt: {DAMAGED}"
        assert session.run("mount -r /etc") == f"mount: /etc: {DAMAGED}"
        assert session.run("echo x > /a.txt ; cat /a.txt") == "x"
        assert at.file_system(session, target) == before


@both
def test_once_only(machines, target):
    with machines.at_prompt(target, _damaged(target, b"needle")) as session:
        assert session.run("mount -r /old") == ""
        assert session.run("mount -r /old") == "mount: /old: busy"
        assert session.run("mount -r") == "mount: /mnt: busy"
        assert session.run("cat /old/keep/small.txt") == "small"


def test_mpremote_saves_files(machines, tmp_path):
    flash = _damaged("RPI_PICO", b"needle")
    with machines.at_prompt("RPI_PICO", flash) as session, PtyBridge(session.target) as bridge:
        session.run("mount -r")
        there = tmp_path / "big.bin"
        # without `resume` it begins with a soft reset
        words = ("connect", bridge.path, "resume", "fs", "cp", ":/mnt/keep/big.bin", str(there))
        call = [sys.executable, "-m", "mpremote", *words]
        done = subprocess.run(call, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert there.read_bytes() == BIG
