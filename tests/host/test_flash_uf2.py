# SPDX-License-Identifier: MIT
"""`upyfw flash` onto boot drives, which are folders here."""

import errno
import os
import random
import shutil
from pathlib import Path

import fabricated
import pytest
import upyfw
from boot_drive import BootDrive, written
from upyfw import cli
from upyfw.board import boards, variant
from upyfw.flash import drives
from upyfw.flash.flashers import uf2_copy
from upyfw.image import artifacts
from upyfw.release import index

NAME = "RPI_PICO"
BOARD = boards.load(NAME)
BASE = BOARD.chip.flash_addr
FULL, UPDATE = f"upyos-{NAME}.uf2", f"upyos-{NAME}-update.uf2"


# What is written


def test_the_update_is_what_a_drive_gets(flash, drive, uf2_folder):
    plugged = drive()
    status, out, err = flash(NAME)
    assert status == 0, err
    assert "one that never had upyOS wants --with-fs\n" in err
    assert plugged.taken == (uf2_folder / UPDATE).read_bytes()
    assert not plugged.path.exists()
    assert out.splitlines() == [
        f"{NAME} {upyfw.__version__} ({BOARD.profile}), {UPDATE}, to the boot drive "
        f"{plugged.path} (RP2040)",
        "  write 0x000000 to 0x003fff  boot",
        "  write 0x004000 to 0x00c3ff  firmware",
        "  leave 0x0cc000 to 0x194fff  firmware_b",
        "  leave 0x195000 to 0x196fff  journal",
        "  leave 0x197000 to 0x1fffff  littlefs",
        f"{NAME}: written",
    ]


def test_with_a_file_system(flash, drive, uf2_folder):
    plugged = drive()
    status, _, err = flash(NAME, "--with-fs")
    assert status == 0
    assert "never had upyOS" not in err
    assert plugged.taken == (uf2_folder / FULL).read_bytes()


def test_erase_writes_every_page(flash, drive, uf2_folder):
    plugged = drive()
    assert flash(NAME, "--erase")[0] == 0
    old = random.Random(3).randbytes(BOARD.flash.size_bytes)
    whole = (uf2_folder / f"upyos-{NAME}.bin").read_bytes()
    assert written(old, plugged.taken, BASE) == whole


def test_the_board_is_known_by_its_chip(flash, drive, uf2_folder):
    plugged = drive("RP2350", "rp2350")
    assert flash()[0] == 0
    assert plugged.taken == (uf2_folder / "upyos-RPI_PICO2-update.uf2").read_bytes()


def test_a_drive_that_is_named(flash, drive, uf2_folder, machine):
    plugged = drive()
    machine["drives"].clear()
    assert flash(NAME, "--drive", plugged.path)[0] == 0
    assert plugged.taken == (uf2_folder / UPDATE).read_bytes()


@pytest.mark.parametrize(("file", "words"), [(UPDATE, ()), (FULL, ("--with-fs",))])
def test_one_file_and_its_manifest(flash, drive, uf2_folder, tmp_path, file, words):
    """As it is downloaded: renamed by a browser, the other files are not there."""
    (tmp_path / "new").mkdir()
    path = tmp_path / "new" / file.replace(".", " (1).")
    shutil.copy(uf2_folder / file, path)
    shutil.copy(uf2_folder / index.NAME, tmp_path / "new")
    plugged = drive()
    assert flash(*words, source=path)[0] == 0
    assert plugged.taken == (uf2_folder / file).read_bytes()


def test_dry_run(flash, drive):
    plugged = drive()
    status, out, _ = flash(NAME, "--dry-run")
    assert (status, len(out.splitlines())) == (0, 6)
    assert sorted(path.name for path in plugged.path.iterdir()) == ["INDEX.HTM", "INFO_UF2.TXT"]


def test_a_drive_that_leaves_at_the_last_block(flash, drive, monkeypatch):
    """Before the file is closed: the board has it all, that is success."""
    plugged = drive(stays=True)
    failing_fsync(monkeypatch, plugged, at_end=True)
    status, out, err = flash(NAME)
    assert status == 0, err
    assert out.endswith("RPI_PICO: written\n")


def failing_fsync(monkeypatch, plugged: BootDrive, at_end: bool) -> None:
    """Let the drive go away at the last chunk of the file, or at the first."""
    real = os.fsync
    # of the stand-in's update file: two bytes for each of its firmware, in whole pages
    whole_bytes = -(-50_000 // 256) * 512

    def fsync(descriptor: int) -> None:
        done = os.fstat(descriptor).st_size
        if not at_end or done == whole_bytes:
            shutil.rmtree(plugged.path, ignore_errors=True)
            raise OSError(errno.EIO, "Input/output error")
        real(descriptor)

    monkeypatch.setattr(uf2_copy.os, "fsync", fsync)


# Without a toolchain and sources


def test_a_machine_that_has_only_the_release(uf2_folder, tmp_path):
    plugged = BootDrive(tmp_path / "RPI-RP2")
    call = ("flash", NAME, "--drive", str(plugged.path), "--from", str(uf2_folder), "--wait", "0")
    done = fabricated.bare_machine(tmp_path / "bare", *call)
    assert done.returncode == 0, done.stderr
    assert plugged.wait(10) == (uf2_folder / UPDATE).read_bytes()
    assert fabricated.left_on(tmp_path / "bare") == ["tree"]


# Drives that fail


def test_a_full_drive(flash, drive):
    """What is written to /dev/full does not fit."""
    plugged = drive()
    (plugged.path / "upyos.uf2").symlink_to("/dev/full")
    status, _, err = flash(NAME)
    assert status == 1
    assert f"upyfw: {plugged.path}: the boot drive is full\n" in err
    assert "hold BOOTSEL while plugging it in, then run it again" in err


def test_a_read_only_drive(flash, drive, monkeypatch):
    plugged = drive()
    real = Path.open

    def read_only(path: Path, mode: str = "r", *words: object, **named: object):
        if "w" in mode:
            raise OSError(errno.EROFS, "Read-only file system")
        return real(path, mode, *words, **named)

    monkeypatch.setattr(Path, "open", read_only)
    status, _, err = flash(NAME)
    assert status == 1
    assert f"upyfw: {plugged.path}: the boot drive cannot be written: " in err
    assert "\n  nothing was written; mount it so that you may write, " in err
    assert err.endswith(f"sudo mount -o remount,rw,umask=0 {plugged.path}\n")


def test_unplugged_in_the_middle(flash, drive, monkeypatch):
    plugged = drive(stays=True)
    failing_fsync(monkeypatch, plugged, at_end=False)
    status, _, err = flash(NAME)
    assert status == 1
    assert f"upyfw: {plugged.path}: the boot drive went away after 65,536 bytes" in err
    assert "the board's boot loader is in ROM: hold BOOTSEL while plugging it in" in err


def test_a_board_that_does_not_take_the_file(flash, drive, monkeypatch):
    monkeypatch.setattr(uf2_copy, "VANISH_S", 0.1)
    plugged = drive(stays=True)
    status, _, err = flash(NAME)
    assert status == 1
    assert f"upyfw: {plugged.path}: the boot drive is still there" in err


# Where drives are looked for


def test_mount_points(tmp_path, monkeypatch):
    lines = (
        "proc /proc proc rw 0 0\n/dev/sda1 / ext4 rw 0 0\n"
        "/dev/sdb1 /media/a\\040b vfat rw,flush 0 0\n"
    )
    real = Path.read_text
    monkeypatch.setattr(
        Path,
        "read_text",
        lambda path, **kw: lines if str(path) == "/proc/mounts" else real(path, **kw),
    )
    assert drives.mount_points() == [Path("/media/a b")]


def test_what_was_built_here(drive, capsys):
    """Without --from: the real firmware, built first."""
    plugged = drive()
    assert cli.run(["flash", NAME, "--wait", "0"]) == 0
    made = artifacts.built(variant.of(NAME))
    assert plugged.taken == made.update_uf2.read_bytes()
    assert capsys.readouterr().out.endswith(f"{NAME}: written\n")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("UNIX", "UNIX: is no board\n  ./upyfw run --board UNIX"),
        ("PICO", "PICO: no such board\n  nearest: "),
    ],
)
def test_what_cannot_be_built_for_a_board(drive, capsys, name, message):
    plugged = drive()
    assert cli.run(["flash", name]) == 2
    assert capsys.readouterr().err.startswith(f"upyfw: {message}")
    assert plugged.path.exists()
