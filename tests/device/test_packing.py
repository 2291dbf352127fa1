# SPDX-License-Identifier: MIT
"""gzip and tar: what this machine makes is read on the board, and the other way round."""

import gzip
import io
import random
import tarfile

import machines as at
import pytest
from upyfw.image import fsimage

TARGETS = ("UNIX", "RPI_PICO")
TEXT = "".join(f"line {n} of a text\n" for n in range(900)).encode()


def _archive() -> dict[str, bytes]:
    noise = random.Random(3).randbytes(3000)
    return {"one.txt": TEXT, "d/two": b"", "d/e/three": b"x" * 512, "d/noise": noise}


def _tar(members: dict[str, bytes], form: int = tarfile.USTAR_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _hostile() -> bytes:
    """Members that lead out of the directory, links, and one that is fine."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in ("../out", "/etc/absolute", "a/../../out2", "main.py", "fine"):
            info = tarfile.TarInfo(name)
            info.size = 2
            archive.addfile(info, io.BytesIO(b"x\n"))
        link = tarfile.TarInfo("link")
        link.type = tarfile.SYMTYPE
        link.linkname = "/etc/system.conf"
        archive.addfile(link)
    return out.getvalue()


@pytest.mark.parametrize("target", TARGETS)
def test_there_and_back(machines, target):
    members = _archive()
    long = "p" * 90 + "/" + "q" * 60
    gnu = _tar({long + "1": b"one\n", long + "2": b"two\n", "z": b"z\n"}, tarfile.GNU_FORMAT)
    pax = _tar({long + "é": b"long\n", "short": b"s\n"}, tarfile.PAX_FORMAT)
    files = {
        "/h/text.gz": gzip.compress(TEXT, mtime=1),
        "/h/all.tgz": gzip.compress(_tar(members)),
        "/h/gnu.tar": gnu,
        "/h/pax.tar": pax,
        "/h/hostile.tar": _hostile(),
        "/h/text2": TEXT,
        "/h/x/y": b"y\n",
        "/o/all/x": b"",
        "/o/safe/x": b"",
    }
    with machines.at_prompt(target, at.image(target, {}, overlay=files)) as session:
        assert session.run("gunzip -k /h/text.gz") == ""
        assert session.run("tar xf /h/all.tgz -C /o/all") == ""
        assert session.run("tar xf /h/pax.tar -C /o/all short") == ""
        assert session.run("tar tf /h/gnu.tar").splitlines() == [long + "1", long + "2", "z"]
        assert session.run("tar xf /h/gnu.tar -C /o ; tar xf /h/pax.tar -C /o") == ""
        out = session.run("tar xf /h/hostile.tar -C /o/safe")
        assert session.run("tar xf /h/hostile.tar -C / main.py") == "tar: main.py: protected"
        assert session.run("gzip -k /h/text2 ; tar czf /h/own.tgz -C /h text2 x") == ""
        found = fsimage.read(at.board(target), at.file_system(session, target))
    assert found["/h/text"] == TEXT
    assert {name: found[f"/o/all/{name}"] for name in members} == members
    assert found["/o/all/short"] == b"s\n"
    assert [found[f"/o/{long}{end}"] for end in "12é"] == [b"one\n", b"two\n", b"long\n"]
    assert found["/o/z"] == b"z\n"
    reason = "leads out of the directory"
    for name, why in (("../out", reason), ("a/../../out2", reason), ("link", "no file or")):
        assert f"tar: {name}: {why}" in out
    assert found["/o/safe/fine"] == found["/o/safe/etc/absolute"] == b"x\n"
    assert not {"/out", "/o/out", "/out2", "/o/out2", "/etc/absolute"} & set(found)
    assert gzip.decompress(found["/h/text2.gz"]) == TEXT
    with tarfile.open(fileobj=io.BytesIO(found["/h/own.tgz"])) as own:
        assert {info.name: info.isdir() for info in own} == {
            "text2": False,
            "x": True,
            "x/y": False,
        }
        assert own.extractfile("text2").read() == TEXT


@pytest.mark.parametrize("target", TARGETS[:1])
def test_damaged_archives_end_in_one_line(machines, target):
    rng = random.Random(5)
    whole = _tar(_archive())
    files = {"/o/x": b""}
    for n in range(30):
        data = bytearray(whole if n % 2 else gzip.compress(whole))
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(min(len(data), 1500))] = rng.randrange(256)
        files[f"/h/{n}"] = bytes(data[: rng.randint(1, len(data))])
    with machines.at_prompt(target, at.image(target, {}, overlay=files)) as session:
        for n in range(30):
            lines = session.run(f"tar xf /h/{n} -C /o").splitlines()
            assert all(line.startswith("tar: ") and "Error" not in line for line in lines), lines
            assert len(lines) <= 5
