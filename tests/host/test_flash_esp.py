# SPDX-License-Identifier: MIT
"""`upyfw flash` with the real esptool, on an emulated boot loader of an Espressif chip."""

import os
import pty
import re

import esp_release
import fabricated
import pytest
import serial
from esp_release import assert_untouched, used_board
from esp_rom import CHANGES, SECTOR_BYTES, EspRom
from mp_image_tool_esp32.partition_table import PartitionTable
from upyfw import cli
from upyfw.board import boards, partitions
from upyfw.flash import board_repl
from upyfw.image import fsimage

NAME = "ESP32_GENERIC_C3"
BOARD = boards.load(NAME)
SLOT = BOARD.slots[0]
ESP = [name for name in boards.names() if boards.load(name).chip.is_esp]
FULL, UPDATE = f"upyos-{NAME}.bin", f"upyos-{NAME}-update.bin"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A release for the ESP32-C3."""
    folder = tmp_path_factory.mktemp("esp")
    esp_release.make(folder)
    return folder


@pytest.fixture
def rom():
    with EspRom() as rom:
        yield rom


@pytest.fixture
def flash(rom, folder, capsys):
    """Run `upyfw flash` on the emulated chip; its status, stdout and the error lines."""

    def run(*words: str, port: str = "") -> tuple[int, str, str]:
        call = ["flash", "--port", port or rom.path, "--from", str(folder), "--wait", "0", *words]
        status = cli.run(call)
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return run


def content(rom: EspRom, name: str) -> bytes:
    """What is in a region of the emulated flash."""
    region = BOARD.region(name)
    return bytes(rom.flash[region.offset : region.end])


# What is written


def test_a_whole_image_is_in_its_place(flash, rom, folder):
    status, out, err = flash(NAME, "--with-fs")
    assert status == 0, err
    whole = (folder / FULL).read_bytes()
    table = PartitionTable.from_bytes(content(rom, "partition_table"), len(rom.flash))
    table.check()
    assert {(row.name, row.offset, row.size) for row in table} == {
        (region.name, region.offset, region.size_bytes) for region in BOARD.regions if region.type
    }
    update = (folder / UPDATE).read_bytes()
    assert content(rom, SLOT.name).startswith(update)
    assert content(rom, "bootloader") == whole[: BOARD.region("bootloader").size_bytes]
    files = fsimage.read(BOARD, content(rom, "vfs"))
    assert files["/etc/init.sh"] == (fsimage.SKEL / "etc" / "init.sh").read_bytes()
    assert files[BOARD.device_path] == fsimage.board_text(BOARD).encode()
    assert bytes(rom.flash) == whole
    assert out.endswith(f"{NAME}: written\n")
    assert rom.is_stub


def test_a_new_board_gets_everything(flash, rom, folder):
    """There is nothing to keep, and the firmware alone would not start."""
    status, out, _ = flash(NAME)
    assert (status, bytes(rom.flash)) == (0, (folder / FULL).read_bytes())
    head = f"{NAME} 9.8.7 ({BOARD.profile}), {FULL}, to the ESP32-C3 at serial port {rom.path}\n"
    assert out.startswith(head)


def test_the_board_is_known_by_its_chip(flash, rom, folder):
    """The release has files for one board with this chip only."""
    status, _, _ = flash()
    assert (status, bytes(rom.flash)) == (0, (folder / FULL).read_bytes())


@pytest.mark.parametrize("words", [(), ("--keep-fs",)])
def test_user_files_are_kept(flash, rom, folder, words):
    before = used_board(rom, BOARD)
    status, out, err = flash(NAME, *words)
    assert status == 0, err
    update = (folder / UPDATE).read_bytes()
    assert content(rom, SLOT.name).startswith(update)
    assert content(rom, "otadata") == b"\xff" * BOARD.region("otadata").size_bytes
    for name in ("bootloader", "partition_table", "nvs", "phy_init", "ota_1", "vfs"):
        region = BOARD.region(name)
        assert content(rom, name) == before[region.offset : region.end], name
    assert f"  leave 0x{BOARD.region('vfs').offset:06x}" in out


def test_which_slot_runs_is_changed_last(flash, rom, folder):
    """Until the new firmware is there whole, the old one runs."""
    used_board(rom, BOARD)
    flash(NAME)
    changes = [name for name in rom.requests if name in CHANGES]
    assert changes == ["deflate_begin", "erase_region"]


def test_a_used_board_with_a_new_file_system(flash, rom, folder):
    before = used_board(rom, BOARD)
    status, _, _ = flash(NAME, "--with-fs")
    whole = (folder / FULL).read_bytes()
    assert status == 0
    for name in ("partition_table", "nvs", "otadata", "vfs"):
        region = BOARD.region(name)
        assert content(rom, name) == whole[region.offset : region.end], name
    assert content(rom, SLOT.name).startswith((folder / UPDATE).read_bytes())
    region = BOARD.region("ota_1")
    assert content(rom, "ota_1") == before[region.offset : region.end]


def test_erase_leaves_nothing_old(flash, rom, folder):
    used_board(rom, BOARD)
    status, out, _ = flash(NAME, "--erase")
    assert (status, bytes(rom.flash)) == (0, (folder / FULL).read_bytes())
    assert "everything on it is erased before" in out


def test_dry_run_writes_nothing(flash, rom, folder):
    before = used_board(rom, BOARD)
    status, out, _ = flash(NAME, "--dry-run")
    assert status == 0
    assert_untouched(rom, before)
    update_end = SLOT.offset + len((folder / UPDATE).read_bytes()) - 1
    assert out.splitlines() == [
        f"{NAME} 9.8.7 ({BOARD.profile}), {UPDATE}, to the ESP32-C3 at serial port {rom.path}",
        "  leave 0x000000 to 0x007fff  bootloader",
        "  leave 0x008000 to 0x008fff  partition_table",
        "  leave 0x009000 to 0x00cfff  nvs",
        "  erase 0x00d000 to 0x00efff  otadata",
        "  leave 0x00f000 to 0x00ffff  phy_init",
        f"  write 0x010000 to 0x{update_end:06x}  ota_0",
        *(
            f"  leave 0x{region.offset:06x} to 0x{region.end - 1:06x}  {region.name}"
            for region in map(BOARD.region, ("ota_1", "vfs"))
        ),
    ]


@pytest.mark.parametrize("words", [(), ("--with-fs",), ("--erase",)])
def test_dry_run_prints_what_is_then_done(flash, rom, folder, words):
    before = used_board(rom, BOARD)
    _, out, _ = flash(NAME, "--dry-run", *words)
    assert bytes(rom.flash) == before
    rom.is_stub = False
    assert flash(NAME, *words)[0] == 0
    whole = (folder / FULL).read_bytes()
    expected = bytearray(b"\xff" * len(before) if "--erase" in words else before)
    for action, first, last in re.findall(r"^  (\w+) +0x(\w+) to 0x(\w+)  ", out, re.M):
        start, end = int(first, 16), int(last, 16) + 1
        # what is left of the last sector is erased with it
        sectors_end = -(-end // SECTOR_BYTES) * SECTOR_BYTES
        if action != "leave":
            expected[start:sectors_end] = b"\xff" * (sectors_end - start)
        if action == "write":
            expected[start:end] = whole[start:end]
    assert rom.flash == expected


def test_without_the_stub(flash, rom, folder, monkeypatch):
    """Chips in secure download mode take no stub: the ROM writes by itself."""
    monkeypatch.setattr("esptool.cmds.run_stub", lambda chip: chip)
    monkeypatch.setattr("esptool.loader.ESPLoader.read_flash", lambda *_: b"\xff" * 0xC00)
    status, _, err = flash(NAME)
    assert status == 0, err
    assert bytes(rom.flash) == (folder / FULL).read_bytes()
    assert not rom.is_stub


@pytest.mark.parametrize("name", ESP)
def test_every_board(tmp_path, capsys, name):
    """A new one of each, then an update."""
    esp_release.make(tmp_path, name)
    board = boards.load(name)
    whole = (tmp_path / f"upyos-{name}.bin").read_bytes()
    with EspRom(board.chip.name, board.flash.size_bytes) as rom:
        call = ["flash", name, "--port", rom.path, "--from", str(tmp_path), "--wait", "0"]
        assert cli.run([*call, "--with-fs"]) == 0
        assert bytes(rom.flash) == whole
        fs = board.fs_region
        rom.flash[fs.offset : fs.end] = bytes(fs.size_bytes)
        rom.is_stub = False
        assert cli.run(call) == 0
        assert bytes(rom.flash[: fs.offset]) == whole[: fs.offset]
        assert bytes(rom.flash[fs.offset : fs.end]) == bytes(fs.size_bytes)


def test_a_machine_that_has_only_the_release(rom, folder, tmp_path):
    call = ("flash", "--port", rom.path, "--from", str(folder), "--wait", "0")
    done = fabricated.bare_machine(tmp_path / "bare", *call)
    assert done.returncode == 0, done.stderr
    assert bytes(rom.flash) == (folder / FULL).read_bytes()
    assert fabricated.left_on(tmp_path / "bare") == ["tree"]


# What is refused before anything is erased


@pytest.mark.parametrize("kind", ["esp32s3", "esp32", "esp32c6"])
def test_another_chip(folder, capsys, monkeypatch, kind):
    """It is reset and runs on."""
    resets = []
    monkeypatch.setattr("esptool.cmds.reset_chip", lambda chip, how: resets.append(how))
    with EspRom(kind) as rom:
        call = ["flash", NAME, "--port", rom.path, "--from", str(folder), "--with-fs"]
        assert cli.run(call) == 2
        assert_untouched(rom, b"\xff" * len(rom.flash))
    assert f"the board has a chip {kind}, the files for {NAME} are for esp32c3" in _error(capsys)
    assert resets == ["hard-reset"]


def test_no_files_for_the_chip(folder, capsys):
    with EspRom("esp32s3") as rom:
        assert cli.run(["flash", "--port", rom.path, "--from", str(folder)]) == 2
        assert_untouched(rom, b"\xff" * len(rom.flash))
    assert "no files for a board with chip ESP32-S3" in _error(capsys)


def _error(capsys) -> str:
    return capsys.readouterr().err


def test_a_smaller_flash(folder, capsys):
    with EspRom(flash_bytes=2 * 1024 * 1024) as rom:
        assert cli.run(["flash", NAME, "--port", rom.path, "--from", str(folder)]) == 2
        assert_untouched(rom, b"\xff" * len(rom.flash))
    assert "the board has 2,097,152 bytes of flash" in _error(capsys)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (partitions.table(BOARD.regions[:-1]), f"another partition table than {NAME}"),
        (bytes(0xC00), "row 0 of the partition table has no magic"),
    ],
)
def test_files_that_would_be_lost(flash, rom, folder, table, message):
    used_board(rom, BOARD)
    rom.flash[partitions.TABLE_OFF : partitions.TABLE_OFF + len(table)] = table
    before = bytes(rom.flash)
    status, _, err = flash(NAME)
    assert status == 2
    assert_untouched(rom, before)
    assert message in err
    assert "its files cannot be kept\n  save them, then add --with-fs" in err


@pytest.mark.parametrize("speed", ["-1", "0", "99999999", "fast"])
def test_a_speed_that_makes_no_sense(flash, rom, speed):
    status, _, err = flash("--baud", speed)
    assert status == 2
    assert "Invalid value for '--baud': " in err
    assert rom.requests == []


def test_a_speed_that_the_driver_refuses(flash, rom, monkeypatch):
    def change_baud(chip: object, speed: int) -> None:
        raise ValueError("Failed to set custom baud rate")

    monkeypatch.setattr("esptool.targets.esp32c3.ESP32C3ROM.change_baud", change_baud)
    status, _, err = flash("--baud", "3999999")
    assert status == 1
    assert f"{rom.path}: cannot be set to 3999999 baud\n  choose another --baud\n" in err


def test_a_port_that_is_in_use(flash, rom):
    with serial.Serial(rom.path, exclusive=True):
        status, _, err = flash(NAME)
    assert status == 1
    assert err == (
        f"upyfw: {rom.path}: in use by another program\n"
        "  close the program that uses it (a terminal, Thonny, mpremote)\n"
    )
    assert rom.requests == []


def test_nobody_answers(folder, capsys):
    master, slave = pty.openpty()
    port = os.ttyname(slave)
    assert cli.run(["flash", NAME, "--port", port, "--from", str(folder)]) == 1
    err = capsys.readouterr().err
    assert f"upyfw: {port}: while it was asked: Failed to connect to Espressif device: " in err
    assert "  hold BOOT (or FLASH), press and let go of RESET, let go of BOOT, then run" in err
    os.close(slave)
    os.close(master)


def test_no_such_port(flash):
    status, _, err = flash(NAME, port="/dev/no-such-port")
    assert status == 2
    assert "upyfw: /dev/no-such-port: no such port\n" in err


# What comes out of it


def test_a_flash_that_does_not_hold_what_is_written(folder, capsys):
    with EspRom(worn_off=SLOT.offset) as rom:
        used_board(rom, BOARD)
        assert cli.run(["flash", NAME, "--port", rom.path, "--from", str(folder)]) == 1
        message = _error(capsys)
        assert f"upyfw: {rom.path}: while ota_0 was written: MD5 of file does not match" in message
        assert message.endswith("until then it may not start; your files are untouched\n")
        assert "erase_region" not in rom.requests


@pytest.mark.parametrize(
    ("version", "status", "line"),
    [
        ("9.8.7", 0, f"{NAME}: upyOS 9.8.7 answers at "),
        ("9.8.6", 1, "upyOS 9.8.6 answers, 9.8.7 was written"),
        ("", 1, "MicroPython 1.26.1 answers, 9.8.7 was written"),
    ],
)
def test_the_version_that_answers_is_shown(
    rom, folder, capsys, monkeypatch, version, status, line
):
    """A stand-in for the firmware: nothing here runs what is in the flash."""
    answer = board_repl.Answer(NAME, "esp32c3", "1.26.1", version, BOARD.block_count)
    monkeypatch.setattr(board_repl, "ask", lambda path: answer)
    assert cli.run(["flash", NAME, "--port", rom.path, "--from", str(folder)]) == status
    shown = capsys.readouterr()
    assert line in (shown.err if status else shown.out)


# Unplugged, or broken off, in the middle


@pytest.mark.parametrize(
    ("words", "part", "files"),
    [((), "ota_0", "are untouched"), (("--with-fs",), "bootloader", "may be gone")],
)
def test_unplugged_while_it_is_written(folder, capsys, words, part, files):
    with EspRom(unplug_after=1) as rom:
        before = used_board(rom, BOARD)
        port = rom.path
        call = ["flash", NAME, "--port", port, "--from", str(folder), *words]
        assert cli.run(call) == 1
        region = BOARD.region("vfs")
        assert content(rom, "vfs") == before[region.offset : region.end]
    message = _error(capsys)
    assert f"upyfw: {port}: while {part} was written: " in message
    assert "can be written again: check the cable, plug it in and run the same command" in message
    assert message.endswith(f"until then it may not start; your files {files}\n")


def test_after_that_it_is_written_again(folder):
    with EspRom(unplug_after=1) as rom:
        used_board(rom, BOARD)
        assert cli.run(["flash", NAME, "--port", rom.path, "--from", str(folder)]) == 1
        half_written = bytes(rom.flash)
    with EspRom() as rom:
        rom.flash[:] = half_written
        call = ["flash", NAME, "--port", rom.path, "--from", str(folder), "--wait", "0"]
        assert cli.run(call) == 0
        assert content(rom, SLOT.name).startswith((folder / UPDATE).read_bytes())


def test_ctrl_c_while_it_is_written(flash, monkeypatch):
    def write_flash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("esptool.cmds.write_flash", write_flash)
    status, _, err = flash(NAME)
    assert status == 130
    assert "broken off: the board may not start until the same command has written it" in err
    assert err.endswith("upyfw: interrupted\n")
