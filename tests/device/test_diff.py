# SPDX-License-Identifier: MIT
"""diff: patch makes the second file of the first one and what diff says, random files."""

import random
import subprocess

import machines as at
import pytest
from upyfw.image import fsimage

# pairs of files
COUNT = {"UNIX": 60, "RPI_PICO": 20}
LIMIT_S = 240.0


def _file(rng: random.Random, lines: list[str]) -> bytes:
    text = "".join(line + "\n" for line in lines)
    return (text.removesuffix("\n") if rng.random() < 0.3 else text).encode()


def _pair(rng: random.Random) -> tuple[bytes, bytes]:
    """Two files, the second one often a changed first one."""
    letters = rng.choice(("ab", "abcdefgh"))
    old = [rng.choice(letters) for _ in range(rng.choice((0, 1, 5, 40)))]
    if rng.random() < 0.3:
        new = [rng.choice(letters) for _ in range(rng.randint(0, 9))]
    else:
        new = list(old)
        for _ in range(rng.randint(0, 6)):
            place = rng.randint(0, len(new))
            new[place : place + rng.randint(0, 2)] = rng.choices(letters, k=rng.randint(0, 2))
    return _file(rng, old), _file(rng, new)


def _patched(folder, old: bytes, change: bytes, form: str) -> bytes:
    (folder / "old").write_bytes(old)
    if not change:
        return old
    words = ["patch", form, "--no-backup-if-mismatch", "-o", "new", "old"]
    done = subprocess.run(words, input=change, capture_output=True, cwd=folder, timeout=20)
    assert done.returncode == 0, (change, done.stdout)
    assert b"offset" not in done.stdout and b"fuzz" not in done.stdout, (change, done.stdout)
    return (folder / "new").read_bytes()


@pytest.mark.parametrize("target", COUNT)
def test_patch_agrees(machines, tmp_path, target):
    rng = random.Random(13)
    pairs = [_pair(rng) for _ in range(COUNT[target])]
    flash = {}
    for n, (old, new) in enumerate(pairs):
        flash |= {f"/d/{n}a": old, f"/d/{n}b": new}
    script = ""
    for n in range(len(pairs)):
        script += f"diff /d/{n}a /d/{n}b > /o/{n}.n\ndiff -u /d/{n}a /d/{n}b > /o/{n}.u\n"
    flash |= {"/o/x": b"", "/s.sh": script.encode()}
    image = at.image(target, {}, overlay=flash)
    with machines.at_prompt(target, image) as session:
        session.type("sh /s.sh")
        session.wait_prompt(LIMIT_S)
        found = fsimage.read(at.board(target), at.file_system(session, target))
    for n, (old, new) in enumerate(pairs):
        for form, suffix in (("-n", "n"), ("-u", "u")):
            change = found[f"/o/{n}.{suffix}"]
            assert _patched(tmp_path, old, change, form) == new, (n, change)
            assert bool(change) == (old != new)
