# SPDX-License-Identifier: MIT
"""Fixtures of the host tests."""

from pathlib import Path

import boot_boards
import boot_simulator
import pytest
import uf2_release
from boot_drive import BootDrive
from fabricated import Checkout
from stranger import Stranger
from upyfw import cli
from upyfw.flash import drives
from upyfw.flash.flashers import picotool


@pytest.fixture
def checkout(tmp_path) -> Checkout:
    """A made-up checkout with an empty cache."""
    return Checkout(tmp_path)


@pytest.fixture(scope="session")
def uf2_folder(tmp_path_factory) -> Path:
    """A release for a board with an RP2040 and one with an RP2350."""
    folder = tmp_path_factory.mktemp("uf2")
    uf2_release.make(folder, "RPI_PICO", "RPI_PICO2")
    return folder


@pytest.fixture
def machine(monkeypatch) -> dict[str, list]:
    """A machine without boards: its mounted drives and serial ports, to change."""
    there = {"drives": [], "ports": []}
    monkeypatch.setattr(drives, "mount_points", lambda: there["drives"])
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: there["ports"])
    monkeypatch.setattr(picotool, "find", list)
    return there


@pytest.fixture
def drive(tmp_path, machine):
    """Plug a board in that is in its boot loader."""
    opened = []

    def plug_in(name: str = "RPI-RP2", chip: str = "rp2040", stays: bool = False) -> BootDrive:
        opened.append(BootDrive(tmp_path / name, chip, stays))
        machine["drives"].append(opened[-1].path)
        return opened[-1]

    yield plug_in
    for each in opened:
        each.close()


@pytest.fixture
def flash(uf2_folder, machine, capsys):
    """Run `upyfw flash` with the release; its status, stdout and stderr."""

    def run(*words: object, source: Path = uf2_folder) -> tuple[int, str, str]:
        call = ["flash", "--from", str(source), "--wait", "0", *map(str, words)]
        status = cli.run(call)
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return run


@pytest.fixture
def stranger():
    """A device at a serial port that answers nothing."""
    stranger = Stranger()
    yield stranger
    stranger.close()


@pytest.fixture(scope="session")
def library(tmp_path_factory) -> boot_simulator.Library:
    """The deciding code of the boot loader, on this machine."""
    return boot_simulator.build(tmp_path_factory.mktemp("boot"))


@pytest.fixture
def board(library) -> boot_simulator.Board:
    """A board with OLD running and NEW downloaded."""
    return boot_boards.prepared(library)
