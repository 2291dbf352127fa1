# SPDX-License-Identifier: MIT
"""Littlefs images: geometry, content, times, and what is refused."""

import struct
from dataclasses import replace
from pathlib import Path

import pytest
from upyfw.base.errors import UpyfwError
from upyfw.board import boards
from upyfw.board.layout import Region
from upyfw.image import fsimage

EPOCH = 1_700_000_000


@pytest.fixture(autouse=True)
def fixed_time(monkeypatch):
    """A build of one known second."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH))


@pytest.fixture
def pico():
    return boards.load("RPI_PICO")


@pytest.fixture
def skel(tmp_path):
    """A small default tree."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp" / ".gitkeep").touch()
    (tmp_path / "etc" / "init.sh").write_bytes(b"echo hi\r\n")
    (tmp_path / "etc" / "big").write_bytes(bytes(range(256)) * 40)
    return tmp_path


def test_superblock_is_what_the_device_mounts(pico, skel):
    """Fields of littlefs SPEC.md, superblock: version, block size, count, name limit."""
    image = fsimage.make(pico, skel=skel)
    assert len(image) == 105 * 4096
    found = image.find(b"littlefs")
    assert found in (8, 4096 + 8)
    version, block, count, name_max = struct.unpack_from("<4I", image, found + 12)
    assert (version, block, count, name_max) == (0x00020001, 4096, 105, 255)


def test_files_read_back(pico, skel):
    files = fsimage.read(pico, fsimage.make(pico, skel=skel))
    assert files == {
        "/etc/init.sh": b"echo hi\r\n",
        "/etc/big": bytes(range(256)) * 40,
        "/etc/upyOS-rp2.board": fsimage.board_text(pico).encode(),
    }


def test_overlay_replaces_and_adds_remove_takes_away(pico, skel):
    image = fsimage.make(
        pico,
        {"/etc/init.sh": b"#\n", "/local/bin/x.py": b"y"},
        {"/etc/big", "/tmp", "/etc/upyOS-rp2.board"},
        skel,
    )
    assert fsimage.read(pico, image) == {"/etc/init.sh": b"#\n", "/local/bin/x.py": b"y"}


def test_empty_folders_are_there(pico, skel):
    fs = fsimage.mounted(pico, fsimage.make(pico, skel=skel))
    assert sorted(fs.listdir("/")) == ["etc", "tmp"]
    assert fs.listdir("/tmp") == []


def test_times_are_the_builds_in_micropythons_form(pico, skel):
    fs = fsimage.mounted(pico, fsimage.make(pico, skel=skel))
    for path in ("/etc/init.sh", "/etc/big", "/etc/upyOS-rp2.board"):
        assert fs.getattr(path, 1) == struct.pack("<Q", EPOCH * 1_000_000_000)


def test_the_same_content_gives_the_same_bytes(pico, skel, monkeypatch):
    files = {f"/var/{n}": bytes([n]) * 700 for n in range(9)}
    first = fsimage.make(pico, files, skel=skel)
    assert fsimage.make(pico, dict(reversed(files.items())), skel=skel) == first
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + 1))
    assert fsimage.make(pico, files, skel=skel) != first


def test_content_that_does_not_fit_is_refused_by_name(pico, skel):
    with pytest.raises(UpyfwError) as caught:
        fsimage.make(pico, {"/var/huge": bytes(900 * 1024)}, skel=skel)
    assert "RPI_PICO: /var/huge does not go into the file system of 420KiB" in caught.value.what


def test_a_name_that_is_too_long_is_refused(pico, skel):
    with pytest.raises(UpyfwError, match="does not go into the file system"):
        fsimage.make(pico, {"/var/" + "x" * 256: b""}, skel=skel)


def test_a_file_in_the_way_of_a_folder_is_refused(pico, skel):
    with pytest.raises(UpyfwError, match="/etc/init.sh"):
        fsimage.make(pico, {"/etc/init.sh/x": b""}, skel=skel)


def _of_blocks(board, count: int) -> bytes:
    """An empty file system of another size."""
    region = Region("littlefs", 0, count * board.littlefs.block_bytes)
    other = replace(board, regions=(region,))
    return fsimage.make(other, remove={board.device_path, "/etc", "/tmp"}, skel=Path("nowhere"))


@pytest.mark.parametrize("blocks", [8, 104, 106])
def test_another_block_count_is_refused(pico, blocks):
    image = _of_blocks(pico, blocks)
    with pytest.raises(UpyfwError) as caught:
        fsimage.check(pico, image)
    assert caught.value.what == (
        f"RPI_PICO: the file system image has {blocks} blocks, the device mounts 105"
    )
    assert caught.value.hint == "make it anew: ./upyfw image RPI_PICO"


def test_a_small_file_system_in_a_full_sized_image_is_refused(pico):
    image = _of_blocks(pico, 8).ljust(105 * 4096, b"\xff")
    with pytest.raises(UpyfwError, match="has 8 blocks, the device mounts 105"):
        fsimage.check(pico, image)


@pytest.mark.parametrize("image", [b"\xff" * 105 * 4096, bytes(105 * 4096), b""])
def test_what_is_no_littlefs_is_refused(pico, image):
    with pytest.raises(UpyfwError, match="cannot be mounted"):
        fsimage.check(pico, image)


def test_a_bad_epoch_is_refused(pico, skel, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(UpyfwError, match="SOURCE_DATE_EPOCH: 'yesterday' is not a number"):
        fsimage.make(pico, skel=skel)


def test_the_shipped_tree_leaves_most_of_every_board():
    for name in boards.names():
        board = boards.load(name)
        used = fsimage.used_bytes(board, fsimage.make(board))
        assert used < 0.36 * board.fs_region.size_bytes


def test_what_does_not_read_back_is_refused(pico, skel, monkeypatch):
    write = fsimage._write
    monkeypatch.setattr(fsimage, "_write", lambda fs, path, data: write(fs, path, data[:-1]))
    with pytest.raises(UpyfwError, match="does not read back as written"):
        fsimage.make(pico, skel=skel)


def test_the_tree_that_the_firmware_carries_keeps_every_byte(skel):
    (skel / "etc" / "big").unlink()
    assert fsimage.skeleton(skel) == {"/etc/init.sh": "echo hi\r\n"}
    (skel / "etc" / "pic").write_bytes(b"\xff")
    with pytest.raises(UpyfwError, match="etc/pic: not UTF-8"):
        fsimage.skeleton(skel)
