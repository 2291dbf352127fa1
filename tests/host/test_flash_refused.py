# SPDX-License-Identifier: MIT
"""What `upyfw flash` does not put onto a boot drive, and which board it means."""

import dataclasses
import io
import shutil

import pytest
import uf2_release
from boot_drive import BootDrive
from serial.tools.list_ports_common import ListPortInfo
from upyfw.board import boards
from upyfw.image import fsimage, uf2

NAME = "RPI_PICO"
BOARD = boards.load(NAME)
BASE = BOARD.chip.flash_addr
FULL, UPDATE = f"upyos-{NAME}.uf2", f"upyos-{NAME}-update.uf2"


def assert_empty(plugged: BootDrive) -> None:
    assert sorted(path.name for path in plugged.path.iterdir()) == ["INDEX.HTM", "INFO_UF2.TXT"]


# What is refused


def test_a_file_of_the_other_chip(flash, drive, uf2_folder):
    plugged = drive()
    status, _, err = flash("RPI_PICO2")
    assert status == 2
    assert err == (
        "upyfw: the board has a chip rp2040, the files for RPI_PICO2 are for rp2350\n"
        "  name another board, or choose another port\n"
    )
    assert_empty(plugged)


def test_a_manifest_that_calls_it_by_the_wrong_chip(flash, drive, tmp_path, uf2_folder):
    """The blocks of the file say what it is."""
    copied = shutil.copytree(uf2_folder, tmp_path / "copied")
    data = (copied / "upyos-RPI_PICO2-update.uf2").read_bytes()
    uf2_release.replace(copied, UPDATE, data)
    plugged = drive()
    status, _, err = flash(NAME, source=copied)
    assert status == 2
    assert "the firmware is for family rp2350-arm-s, the board is rp2040" in err
    assert_empty(plugged)


def test_firmware_that_runs_into_the_file_system(flash, drive, tmp_path, uf2_folder):
    copied = shutil.copytree(uf2_folder, tmp_path / "copied")
    large = uf2.Image("rp2040", uf2.pages(BASE, bytes(BOARD.fs_region.offset + 256)))
    uf2_release.replace(copied, UPDATE, uf2.write(large))
    plugged = drive()
    status, _, err = flash(NAME, source=copied)
    assert status == 2
    assert "holds a file system, but manifest.json says it is of kind update" in err
    assert_empty(plugged)


def test_a_file_system_of_another_size(flash, drive, tmp_path, uf2_folder):
    """The firmware would not mount it."""
    copied = shutil.copytree(uf2_folder, tmp_path / "copied")
    pages = uf2.read((copied / UPDATE).read_bytes()).pages
    region = dataclasses.replace(BOARD.fs_region, size_bytes=BOARD.fs_region.size_bytes // 2)
    small = fsimage.make(dataclasses.replace(BOARD, regions=(region,)))
    other = small.ljust(BOARD.fs_region.size_bytes, b"\xff")
    pages = pages | uf2.pages(BASE + region.offset, other)
    uf2_release.replace(copied, FULL, uf2.write(uf2.Image("rp2040", pages)))
    plugged = drive()
    status, _, err = flash(NAME, "--with-fs", source=copied)
    assert status == 2
    assert "blocks, the device mounts 105" in err
    assert_empty(plugged)


def test_a_damaged_file(flash, drive, tmp_path, uf2_folder):
    copied = shutil.copytree(uf2_folder, tmp_path / "copied")
    data = bytearray((copied / UPDATE).read_bytes())
    data[512:516] = b"----"
    uf2_release.replace(copied, UPDATE, bytes(data))
    plugged = drive()
    status, _, err = flash(NAME, source=copied)
    assert status == 2
    assert f"{UPDATE}: no sound UF2: block 1: no UF2 magic" in err
    assert_empty(plugged)


def test_a_file_that_is_cut_off(flash, drive, tmp_path, uf2_folder):
    copied = shutil.copytree(uf2_folder, tmp_path / "copied")
    data = (copied / UPDATE).read_bytes()
    (copied / UPDATE).write_bytes(data[:-512])
    plugged = drive()
    status, _, err = flash(NAME, source=copied)
    assert status == 2
    assert f"has {len(data) - 512:,} bytes, it should be {len(data):,}" in err
    assert_empty(plugged)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("RPI_PICO_W",), "RPI_PICO_W: no files for it in"),
        (("--keep-fs", "--with-fs", NAME), "--keep-fs and the opposite of it"),
        (("--port", "/dev/x", "--drive", "/y", NAME), "--port and --drive together"),
        ((NAME,), "no board found: no boot drive and no serial port of one"),
        ((NAME, "--drive", "/proc"), "/proc: no boot drive of an RP2040 or RP2350"),
        ((NAME, "--port", "/dev/null"), "/dev/null: is no serial port, or nothing is behind it"),
        ((NAME, "--port", "/proc"), "/proc: is no serial port, or nothing is behind it"),
    ],
)
def test_wrong_use(flash, words, message):
    status, _, err = flash(*words)
    assert status == 2
    assert f"upyfw: {message}" in err
    assert len(err.splitlines()) == 2


def test_wrong_sources(flash, uf2_folder, tmp_path):
    assert "no such file or folder" in flash(source=tmp_path / "no")[2]
    assert "manifest.json: No such file" in flash(source=tmp_path)[2]
    assert (
        f"{UPDATE} is for {NAME}, not for RPI_PICO2"
        in flash("RPI_PICO2", source=uf2_folder / UPDATE)[2]
    )
    status, _, err = flash(NAME, "--dry-run", source=uf2_folder / f"upyos-{NAME}.bin")
    assert (status, "no board found" in err) == (2, True)


def test_a_raw_file_for_a_drive(flash, drive, uf2_folder):
    drive()
    status, _, err = flash("--with-fs", source=uf2_folder / f"upyos-{NAME}.bin")
    assert status == 2
    assert "a boot drive takes UF2 files" in err


# Several boards


def test_two_boards_without_a_terminal(flash, drive, monkeypatch):
    one, other = drive("A"), drive("B")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    status, _, err = flash(NAME)
    assert status == 2
    assert err.splitlines() == [
        "upyfw: more than one board could be meant:",
        f"upyfw:   1  the boot drive {one.path} (RP2040)",
        f"upyfw:   2  the boot drive {other.path} (RP2040)",
        "  name one: --port or --drive",
    ]
    assert_empty(one)
    assert_empty(other)


def test_two_boards_and_somebody_to_ask(flash, drive, uf2_folder, monkeypatch):
    one, other = drive("A"), drive("B")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("rich_click.prompt", lambda *_, **__: 2)
    assert flash(NAME)[0] == 0
    assert other.taken == (uf2_folder / UPDATE).read_bytes()
    assert_empty(one)


def test_two_board_definitions_with_this_chip(flash, drive, tmp_path):
    uf2_release.make(tmp_path / "release", NAME, "RPI_PICO_W")
    plugged = drive()
    status, _, err = flash(source=tmp_path / "release")
    assert status == 2
    assert "upyfw: more than one board definition could be meant:" in err
    assert "RPI_PICO_W: Raspberry Pi Pico W\n" in err
    assert_empty(plugged)


def test_ports_that_are_no_boards_are_passed_over(flash, drive, machine, uf2_folder):
    machine["ports"] += [port("/dev/ttyS0", None), port("/dev/ttyUSB0", 0x1234)]
    plugged = drive()
    assert flash(NAME)[0] == 0
    assert plugged.taken == (uf2_folder / UPDATE).read_bytes()


def test_a_drive_and_a_port(flash, drive, machine, monkeypatch):
    machine["ports"].append(port("/dev/ttyACM0", 0x2E8A))
    plugged = drive()
    monkeypatch.setattr("sys.stdin", io.StringIO())
    _, _, err = flash(NAME)
    assert f"1  the boot drive {plugged.path} (RP2040)" in err
    assert "2  /dev/ttyACM0 (Board in FS mode)" in err


def port(path: str, vendor: int | None) -> ListPortInfo:
    info = ListPortInfo(path)
    info.vid, info.product = vendor, "Board in FS mode"
    return info
