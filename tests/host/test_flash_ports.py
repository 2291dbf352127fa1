# SPDX-License-Identifier: MIT
"""Which serial ports `upyfw flash` opens: the board's, and nobody else's."""

from pathlib import Path

import esp_release
import pytest
import serial
import uf2_release
from esp_release import used_board
from esp_rom import EspRom
from serial.tools.list_ports_common import ListPortInfo
from upyfw import cli
from upyfw.board import boards
from upyfw.board.chips import CHIPS
from upyfw.flash import board_repl, comeback

NAME = "ESP32_GENERIC_C3"
BOARD = boards.load(NAME)
RASPBERRY_PI, ESPRESSIF, NOBODY = 0x2E8A, 0x303A, 0x1234


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """The ports that are opened, by name."""
    names = []
    real = serial.Serial.open

    def note(port: serial.Serial) -> None:
        names.append(port.port)
        real(port)

    monkeypatch.setattr(serial.Serial, "open", note)
    return names


@pytest.fixture
def folder(tmp_path) -> Path:
    esp_release.make(tmp_path / "release")
    return tmp_path / "release"


def usb(path: str, vendor: int | None, product: int | None = None) -> ListPortInfo:
    info = ListPortInfo(path)
    info.vid, info.pid = vendor, product
    return info


def test_only_the_boards_port_is_opened(machine, opened, stranger, folder):
    """By USB id: beside it, ports of the machine itself, of other devices and of other boards."""
    with EspRom() as rom:
        others = [("/dev/ttyS0", None), (stranger.path, NOBODY), ("/dev/ttyACM9", RASPBERRY_PI)]
        machine["ports"] += [usb(*each) for each in (*others, (rom.path, ESPRESSIF))]
        assert cli.run(["flash", NAME, "--from", str(folder), "--wait", "0"]) == 0
        assert set(opened) == {rom.path}
    assert stranger.got() == b""


def test_without_a_board_no_port_is_opened(machine, opened, stranger, folder):
    """A debug probe is none, though Raspberry Pi makes it: its port is somebody's UART."""
    machine["ports"] += [usb("/dev/ttyS0", None), usb(stranger.path, NOBODY)]
    machine["ports"].append(usb("/dev/ttyACM9", RASPBERRY_PI, 0x000C))
    assert cli.run(["flash", "--from", str(folder)]) == 2
    assert opened == []


@pytest.mark.parametrize(
    ("vendor", "name"), [(RASPBERRY_PI, NAME), (ESPRESSIF, "RPI_PICO"), (0x1A86, "RPI_PICO")]
)
def test_a_port_of_another_kind_of_board(machine, stranger, tmp_path, capsys, vendor, name):
    """Nothing is sent to it, though it is named."""
    uf2_release.make(tmp_path, "RPI_PICO")
    esp_release.make(tmp_path / "esp")
    source = tmp_path / "esp" if name == NAME else tmp_path
    machine["ports"].append(usb(stranger.path, vendor))
    assert cli.run(["flash", name, "--port", stranger.path, "--from", str(source)]) == 2
    assert f": by its USB id not the port of {name}, " in capsys.readouterr().err
    assert stranger.got() == b""


def test_a_port_that_is_named_is_the_only_one(machine, opened, stranger, folder):
    with EspRom() as rom:
        machine["ports"].append(usb(stranger.path, ESPRESSIF))
        call = ["flash", "--port", rom.path, "--from", str(folder), "--wait", "0"]
        assert cli.run(call) == 0
        assert set(opened) == {rom.path}


def test_what_comes_back_under_its_name_is_left_alone(tmp_path, stranger, folder, capsys):
    """Unplugged while it is written, and the next device gets the name of its port."""
    port = tmp_path / "ttyACM0"

    class Unplugged(EspRom):
        def unplug(self) -> None:
            port.unlink(missing_ok=True)
            port.symlink_to(stranger.path)
            super().unplug()

    with Unplugged(unplug_after=1) as rom:
        used_board(rom, BOARD)
        port.symlink_to(rom.path)
        assert cli.run(["flash", NAME, "--port", str(port), "--from", str(folder)]) == 1
        assert stranger.got() == b""
    assert f"upyfw: {port}: while ota_0 was written: " in capsys.readouterr().err


def test_a_board_of_another_kind_that_appears_is_not_asked(machine, monkeypatch):
    asked = []

    def ask(path: str) -> None:
        asked.append(path)
        raise board_repl.NoAnswer(path)

    monkeypatch.setattr(board_repl, "ask", ask)
    monkeypatch.setattr(comeback, "_LOOK_S", 0.01)
    machine["ports"].append(usb("/dev/ttyACM9", RASPBERRY_PI))
    assert comeback.wait(CHIPS["esp32c3"], "/dev/ttyUSB9", [], 0.05) is None
    assert set(asked) == {"/dev/ttyUSB9"}
    assert comeback.wait(CHIPS["rp2040"], None, [], 0.05) is None
    assert set(asked) == {"/dev/ttyUSB9", "/dev/ttyACM9"}
