# SPDX-License-Identifier: MIT
"""What a build publishes; the builds are those of the test run."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from machines import built
from upyfw import cli
from upyfw.base import files
from upyfw.base.errors import UpyfwError
from upyfw.base.paths import REPO
from upyfw.board import boards, variant
from upyfw.build import firmware
from upyfw.image import fsimage, uf2
from upyfw.source import sources

# Full disk


def test_a_full_disk_leaves_the_old_file(tmp_path):
    path = tmp_path / "upyos.uf2"
    path.write_bytes(b"old")
    (tmp_path / "upyos.uf2.part").symlink_to("/dev/full")
    with pytest.raises(UpyfwError) as caught:
        files.write_atomic(path, b"new")
    assert caught.value.what == f"{path}: cannot be written: No space left on device"
    assert caught.value.hint.startswith("make room")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["upyos.uf2"]


def test_a_full_disk_is_one_line_of_the_command(tmp_path, monkeypatch, capsys):
    """The file that does not fit is the combined one; everything before it is real."""
    made = firmware.build("RPI_PICO")
    before = made.combined_uf2.read_bytes()
    made.combined_uf2.with_name(made.combined_uf2.name + ".part").symlink_to("/dev/full")
    monkeypatch.setattr(uf2, "write", lambda image: b"other")
    assert cli.run(["image", "RPI_PICO"]) == 1
    error = capsys.readouterr().err
    assert "upyos-RPI_PICO.uf2: cannot be written: No space left on device" in error
    assert made.combined_uf2.read_bytes() == before


# The real build


def test_a_build_without_changes_touches_no_file():
    made = firmware.build("RPI_PICO")
    paths = [made.firmware, made.elf, made.fs_image, *made.to_flash()]
    before = [path.stat().st_mtime_ns for path in paths]
    assert firmware.build("RPI_PICO") == made
    assert [path.stat().st_mtime_ns for path in paths] == before


RP2 = [
    board.name
    for board in map(boards.load, boards.names())
    if board.port == "rp2" and board.tier <= 2
]


def _picotool(*words: object) -> str:
    trees = sources.prepare_micropython("rp2")
    picotool = next(trees.picotool_dir.parents[2].rglob("bin/picotool"))
    command = [picotool, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.parametrize("name", RP2)
def test_picotool_sees_the_firmware_and_its_drive(name):
    made = firmware.build(name)
    board, fs = made.board, made.board.fs_region
    info = _picotool("info", "-a", made.combined_uf2)
    family = "absolute" if board.pair else board.chip.uf2_family
    assert f"family ID '{family}'" in info
    if board.pair:
        return
    base = board.chip.flash_addr
    drive = f"0x{base + fs.offset:x}-0x{base + fs.end:x} ({fs.size_bytes // 1024}K): MicroPython"
    assert re.search(rf"embedded drive: +{re.escape(drive)}", info)
    assert re.search(r"binary start: +0x10000000", info)
    if board.swap:
        # it reads what is at the start of the flash
        assert re.search(r"name: +upyOS boot loader", info)
    else:
        assert "upyos/made/index" in info


@pytest.mark.parametrize("name", RP2)
def test_picotool_writes_the_same_pages(name, tmp_path):
    made = firmware.build(name)
    family = "absolute" if made.board.pair else made.board.chip.uf2_family
    out = tmp_path / "out.uf2"
    absolute = ("--abs-block",) if family.startswith("rp2350") else ()
    where = ("-o", hex(made.board.chip.flash_addr), "--family", family)
    _picotool("uf2", "convert", made.combined_bin, out, *where, *absolute)
    ours, theirs = made.combined_uf2.read_bytes(), out.read_bytes()
    every = uf2.read(theirs).pages
    assert len(every) == made.board.flash.size_bytes // 256
    assert uf2.read(ours).pages.items() <= every.items()
    if absolute:
        # the block for erratum E10 is the same to the byte
        assert ours[:512] == theirs[:512]


@pytest.mark.parametrize("name", RP2)
def test_what_the_sdk_wrote_we_write_the_same(name):
    made = firmware.build(name)
    given = made.firmware.read_bytes()
    assert uf2.write(uf2.read(given)) == given
    if not made.board.pair:
        assert made.update_uf2.read_bytes() == given


def test_the_firmware_holds_no_path_of_this_machine():
    for name in ("RPI_PICO", "UNIX"):
        data = built(name).read_bytes()
        if name == "RPI_PICO":
            image = uf2.read(data)
            data = image.content(image.start_addr, image.end_addr - image.start_addr)
        trees = sources.prepare_micropython("unix")
        for folder in (REPO, trees.micropython, trees.pico_sdk):
            assert os.fsencode(folder) not in data, (name, folder)


def test_the_image_of_the_build_is_the_boards():
    made = firmware.build("RPI_PICO")
    image = made.fs_image.read_bytes()
    fsimage.check(made.board, image)
    region = made.board.fs_region
    assert made.combined_bin.read_bytes()[region.offset : region.end] == image
    files = fsimage.read(made.board, image)
    assert json.loads(files["/etc/upyOS-rp2.board"])["board"]["name"] == "Pico"
    assert json.loads(files["/etc/boards/VCCGND_YD2040.board"])["rgbio"] == [{"rgb": 23}]


def test_image_without_firmware_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(variant, "build_dir", lambda: tmp_path)
    assert cli.run(["image", "RPI_PICO"]) == 2
    assert "RPI_PICO: not built yet" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["build", "--all", "RPI_PICO"],
        ["build", "--profile", "cor"],
        ["build", "--heap", "36K"],
        ["build", "UNIX", "--heap", "36KiB"],
        ["run", "--board", "RPI_PICO2"],
        ["run", "--board", "UNIX", "--forward", "80"],
        ["run", "--forward", "0"],
        ["run", "--forward", "80:x"],
    ],
)
def test_wrong_use_is_status_2(words, capsys):
    assert cli.run(words) == 2
    assert capsys.readouterr().err.startswith("upyfw: ")


# CMake


def _cmake(*words: str | Path) -> subprocess.CompletedProcess:
    return subprocess.run(["cmake", *words], capture_output=True, text=True, timeout=900)


def test_cmake_gives_the_same_bytes(tmp_path):
    made = firmware.build("RPI_PICO")
    before = [path.read_bytes() for path in made.to_flash()]
    assert _cmake("-S", REPO, "-B", tmp_path, "-DBOARD=RPI_PICO").returncode == 0
    result = _cmake("--build", tmp_path)
    assert result.returncode == 0, result.stderr
    assert str(made.combined_uf2) in result.stdout
    assert [path.read_bytes() for path in made.to_flash()] == before


def test_cmake_refuses_an_unknown_board(tmp_path):
    result = _cmake("-S", REPO, "-B", tmp_path, "-DBOARD=PICO")
    assert result.returncode != 0
    known = ", ".join(boards.names())
    assert f"PICO: no such board; known: {known}" in " ".join(result.stderr.split())
