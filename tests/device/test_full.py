# SPDX-License-Identifier: MIT
"""A full file system: what is there stays as it was, and nothing else is left."""

import machines as at
import pytest
from session import Session
from upyfw.image import fsimage

BIG = "".join(f"line {number} of a big file\n" for number in range(900))
FULL = {"/t/big": BIG, "/t/old": "old7\n", "/t/keep": BIG[:5000], "/t/dir/x": BIG}
FULL |= {"/t/conf.json": "{}", "/t/o.sh": "#\n", "/t/shows.sh": "cat /t/big\ncat /t/big\n"}
FULL |= {"/t/print.py": "def __main__(args):\n    for i in range(9000):\n        print(i)\n"}
NO_SPACE = "no space left on device"
# line, beginnings of what it prints; all end with status 1 and leave everything as it was
ON_FULL = (
    ("cp /t/big /t/new", [f"cp: /t/new: {NO_SPACE}"]),
    ("cp /t/big /t/old", [f"cp: /t/old: {NO_SPACE}"]),
    ("cp -r /t/dir /t/dir2", [f"cp: /t/dir2: {NO_SPACE}"]),
    ("mkdir /t/new", [f"mkdir: /t/new: {NO_SPACE}"]),
    ("mkdir -p /t/new/new", [f"mkdir: /t/new/new: {NO_SPACE}"]),
    ("fileup /t/old < /t/big", [f"fileup: /t/old: {NO_SPACE}"]),
    ("cat /t/big | fileup /t/old", [f"pipe: {NO_SPACE}"]),
    ("cat /t/big > /t/old", [f"/t/old: {NO_SPACE}"]),
    ("cat /t/big >> /t/keep", [f"/t/keep: {NO_SPACE}"]),
    ("cat > /t/old < /t/big", [f"/t/old: {NO_SPACE}"]),
    ("hexdump /t/big > /t/old", [f"/t/old: {NO_SPACE}"]),
    ("sort /t/big > /t/old", [f"/t/old: {NO_SPACE}"]),
    ("seq 1 9999 > /t/old", [f"/t/old: {NO_SPACE}"]),
    ("cat /t/big | cat > /t/old", [f"pipe: {NO_SPACE}"]),
    ("sh /t/shows.sh > /t/old", [f"/t/old: {NO_SPACE}"]),
    ("/t/print > /t/old", [f"/t/old: {NO_SPACE}"]),
    ("> utls.save_conf_file([1] * 9000, '/t/conf.json')", [f"OSError: {NO_SPACE}"]),
)


def _used_blocks(board, flash: bytes) -> int:
    filesystem = fsimage.filesystem(board, bytearray(flash))
    filesystem.mount()
    return filesystem.used_block_count


def _full(target: str, left: int) -> bytes:
    """An image with so many free blocks left."""
    board = at.board(target)
    block = board.littlefs.block_bytes
    blocks = board.fs_region.size_bytes // block
    count = blocks - left - _used_blocks(board, at.image(target, FULL))
    # a file's block n begins with pointers, 4 bytes for each power of two that divides n
    # (littlefs DESIGN.md, "CTZ skip-lists")
    size = sum(block - 4 * (number & -number).bit_length() for number in range(count))
    flash = at.image(target, FULL | {"/fill": "x" * size})
    assert blocks - _used_blocks(board, flash) == left
    return flash


def _ran(session: Session, line: str) -> tuple[str, int]:
    """What a line printed, and its status."""
    return session.run(line), int(session.run("echo $?"))


def _tree(session: Session, target: str) -> dict[str, bytes]:
    """All files on the flash."""
    files = fsimage.read(at.board(target), at.file_system(session, target))
    # what was typed
    files.pop("/var/history", None)
    return files


@pytest.mark.parametrize("target", ["UNIX", "RPI_PICO"])
def test_full_file_system(machines, target):
    with machines.at_prompt(target, _full(target, left=1)) as session:
        assert session.run("cat /etc/system.conf").startswith("{")
        before = _tree(session, target)
        for line, errors in ON_FULL:
            output, status = _ran(session, line)
            found = output.split("\n")
            assert status == 1, (line, output)
            assert len(found) == len(errors), (line, output)
            assert all(map(str.startswith, found, errors)), (line, output)
            assert _tree(session, target) == before, line
        # what is pasted does not run
        start = len(session.target.output)
        session.target.send(b"fileup /t/old\r" + b"touch /t/run\r" * 900 + b"\x04")
        session.wait_prompt()
        assert session.target.output[start:].count(b"fileup: /t/old: " + NO_SPACE.encode()) == 1
        assert _tree(session, target) == before
        # what makes room works, and then the rest does
        assert _ran(session, "mv -q /t/old /t/older ; rm /fill") == ("", 0)
        assert _ran(session, "cp -rq /t/dir /t/dir2 ; fileup /t/older < /t/big") == ("", 0)
        assert session.run("cat /t/older") == BIG.rstrip()
        # os.statvfs counts each block once
        used = _used_blocks(at.board(target), at.file_system(session, target))
        assert session.run("< os.statvfs('/')[2] - os.statvfs('/')[3]") == str(used)
