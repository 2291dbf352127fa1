# SPDX-License-Identifier: MIT
"""`upyfw flash` by picotool, which is a stand-in here: it has no USB and notes what it is told."""

import io

import fabricated
import pytest
from upyfw.flash.flashers import picotool

FIND = picotool.find
INFO = 'echo "Device Information"; echo " type:  RP2040"; echo " revision:  B2"'


@pytest.fixture
def board(tmp_path, monkeypatch, machine):
    """Install a picotool: what `picotool info` and `picotool load` do there."""

    def install(info: str = INFO, load: str = 'echo "Loading into Flash: [==] 100%"') -> None:
        script = f"""
echo "$@" >> {tmp_path}/told
case $1 in
info) {info} ;;
load) shift 3; cp "$1" {tmp_path}/taken.uf2; {load} ;;
esac"""
        program = fabricated.program(tmp_path / "bin", "picotool", script)
        monkeypatch.setenv("PATH", str(program.parent), prepend=":")
        monkeypatch.setattr(picotool, "find", FIND)

    return install


def test_a_board_without_a_mounted_drive(flash, board, uf2_folder, tmp_path):
    board()
    status, out, err = flash("RPI_PICO")
    assert status == 0, err
    assert "to the RP2040 in its boot loader, by picotool\n" in out
    taken = (tmp_path / "taken.uf2").read_bytes()
    assert taken == (uf2_folder / "upyos-RPI_PICO-update.uf2").read_bytes()
    told = (tmp_path / "told").read_text().splitlines()
    assert told[0] == "info -d"
    assert told[1].startswith("load -v -x ")


def test_a_board_with_another_chip(flash, board, tmp_path):
    board()
    status, _, err = flash("RPI_PICO2")
    assert status == 2
    assert "the board has a chip rp2040, the files for RPI_PICO2 are for rp2350" in err
    assert not (tmp_path / "taken.uf2").exists()


def test_a_flash_that_is_too_small(flash, board, tmp_path):
    """Writing behind its end would go on at its beginning."""
    board(info=INFO + '; echo " flash size:  1024K"')
    status, _, err = flash("RPI_PICO")
    assert status == 2
    assert "the board has 1,048,576 bytes of flash, RPI_PICO needs 2,097,152" in err
    assert not (tmp_path / "taken.uf2").exists()


TWO = """
echo "Multiple RP-series devices in BOOTSEL mode found:"
for at in "bus 1, address 7" "bus 3, address 12"; do
    echo; echo "RP2040 device at $at:"; echo "----"; echo "Device Information"
    echo " type:  RP2040"; echo " flash size:  4096K"
done"""


def test_two_boards(flash, board, tmp_path, monkeypatch):
    board(info=TWO)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    status, _, err = flash("RPI_PICO")
    assert status == 2
    assert "1  the RP2040 in its boot loader at USB bus 1, address 7, by picotool\n" in err
    assert "2  the RP2040 in its boot loader at USB bus 3, address 12, by picotool\n" in err
    assert not (tmp_path / "taken.uf2").exists()


def test_two_boards_and_somebody_to_ask(flash, board, tmp_path, monkeypatch):
    board(info=TWO)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("rich_click.prompt", lambda *_, **__: 2)
    assert flash("RPI_PICO")[0] == 0
    told = (tmp_path / "told").read_text().splitlines()[-1]
    assert told.endswith("upyos.uf2 --bus 3 --address 12")


def test_no_board_for_picotool_either(flash, board):
    board(info='echo "No accessible RP-series devices in BOOTSEL mode were found."; exit 249')
    status, _, err = flash("RPI_PICO")
    assert status == 2
    assert "upyfw: no board found" in err


def test_what_it_could_not_write(flash, board):
    board(load='echo "ERROR: The device was disconnected"; exit 255')
    status, _, err = flash("RPI_PICO")
    assert status == 1
    assert "upyfw: picotool: ERROR: The device was disconnected\n" in err
    assert "hold BOOTSEL while plugging the board in, and run it again" in err


def test_a_mounted_drive_comes_first(flash, board, drive, tmp_path):
    board()
    plugged = drive()
    assert flash("RPI_PICO")[0] == 0
    assert plugged.taken is not None
    assert not (tmp_path / "told").exists()
