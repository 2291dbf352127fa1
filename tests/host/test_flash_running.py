# SPDX-License-Identifier: MIT
"""`upyfw flash` of an RP2040 that runs, where something is in the way."""

import pytest
from boot_drive import BootDrive
from serial.tools.list_ports_common import ListPortInfo
from upyfw import cli
from upyfw.base.errors import UpyfwError
from upyfw.board import boards
from upyfw.flash import board_repl, comeback
from upyfw.flash.board_repl import Answer, NoAnswer
from upyfw.flash.flashers import picotool, rp2_serial
from upyfw.flash.flashplan import Facts, Mode, Plan, make
from upyfw.release import index, release

NAME = "RPI_PICO"


@pytest.fixture
def hanging(machine, stranger, monkeypatch):
    """A board whose firmware does not answer; only its USB driver may."""
    monkeypatch.setattr(board_repl, "_ENTER_S", 0.05)
    monkeypatch.setattr(rp2_serial, "APPEAR_S", 0.2)
    info = ListPortInfo(stranger.path)
    info.vid = 0x2E8A
    machine["ports"].append(info)
    return stranger


def appear(monkeypatch, machine, path, chip: str) -> BootDrive:
    """Let a boot drive appear when the board is asked for it."""
    drive = BootDrive(path, chip)
    monkeypatch.setattr(
        rp2_serial.Rp2Serial, "_touch", lambda _: machine["drives"].append(drive.path)
    )
    return drive


def test_its_drive_is_written_when_it_appears(flash, machine, hanging, monkeypatch, tmp_path):
    drive = appear(monkeypatch, machine, tmp_path / "RPI-RP2", "rp2040")
    status, out, err = flash(NAME)
    drive.close()
    assert status == 0, err
    assert f"to serial port {hanging.path}\n" in out
    assert drive.taken is not None


def test_no_drive_appears(flash, hanging):
    status, _, err = flash(NAME)
    assert status == 1
    lines = err.splitlines()
    assert lines[-2].startswith(f"upyfw: {hanging.path}: the board's boot drive did not appear")
    assert lines[-1].startswith("  nothing was written; mount it and name it with --drive; ")


def test_the_drive_of_another_board_appears(flash, machine, hanging, monkeypatch, tmp_path):
    drive = appear(monkeypatch, machine, tmp_path / "RP2350", "rp2350")
    status, _, err = flash(NAME)
    drive.close()
    assert status == 1
    assert "(RP2350): appeared, but RPI_PICO has another chip\n  nothing was written; " in err
    assert drive.taken is None


@pytest.mark.parametrize(("before", "status"), [(0, 0), (1, 1)])
def test_picotool_sees_it_where_no_drive_is_mounted(flash, hanging, monkeypatch, before, status):
    """Not if it saw one before: that is another board."""
    seen = [[_Seen()] * before, [_Seen()]]
    monkeypatch.setattr(picotool, "find", lambda: seen.pop(0))
    assert flash(NAME)[0] == status
    assert _Seen.written == (status == 0)


class _Seen(picotool.Picotool):
    """A board that is written without picotool."""

    written = False

    def __init__(self) -> None:
        super().__init__("rp2040", None, None)
        _Seen.written = False

    def write(self, plan: Plan) -> None:
        _Seen.written = True


# What answers afterwards


@pytest.fixture
def plan(uf2_folder):
    return make(index.read(uf2_folder), NAME, None, Mode.KEEP, Facts())


def answer(version: str) -> Answer:
    return Answer(NAME, "rp2040", "1.26.1", version, boards.load(NAME).block_count)


def test_another_version_answers(plan):
    with pytest.raises(UpyfwError, match="/dev/x: upyOS 0.0.9 answers, .* was written"):
        comeback.check(plan, "/dev/x", answer("0.0.9"))


def test_it_is_pulled_out_while_its_flash_is_compared(plan, monkeypatch):
    def gone(path: str, runs: list) -> bool:
        raise NoAnswer(f"{path}: the port has gone")

    monkeypatch.setattr(board_repl, "has_in_flash", gone)
    with pytest.raises(UpyfwError) as caught:
        comeback.check(plan, "/dev/x", answer(plan.version))
    assert caught.value.what == "/dev/x: the port has gone, while its flash was compared"
    assert caught.value.hint == "it was written, and it started; run it again to be sure"


@pytest.mark.parametrize("source", ["", "upyos-UNIX"])
def test_unix_is_no_board(machine, tmp_path, capsys, source):
    folder = tmp_path / "release"
    _unix_release(folder)
    words = ["UNIX"] if not source else []
    assert cli.run(["flash", *words, "--from", str(folder / source)]) == 2
    assert capsys.readouterr().err == ("upyfw: UNIX: is no board\n  ./upyfw run --board UNIX\n")


def _unix_release(folder) -> None:
    board = boards.load("UNIX")
    folder.mkdir()
    (folder / "upyos-UNIX").write_bytes(b"program")
    file = release.entry(board, folder / "upyos-UNIX", "upyos-UNIX", index.PROGRAM, index.RAW)
    made = index.Release(folder, file.version, "1.26.1", {"UNIX": board}, (file,), {})
    (folder / index.NAME).write_text(index.text(made))
