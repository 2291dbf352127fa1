# SPDX-License-Identifier: MIT
"""The emulated machine as a serial port, with bare MicroPython on it."""

import subprocess
import sys

import pytest
from upyfw.build import firmware
from upyfw.targets.emulator import Emulator
from upyfw.targets.pty_bridge import PtyBridge

MPREMOTE_LIMIT_S = 60


@pytest.fixture
def board():
    with Emulator(firmware.build("RPI_PICO", firmware.BARE).firmware) as emulator:
        emulator.wait_prompt()
        yield emulator


class Mpremote:
    """mpremote on the serial port of a board."""

    def __init__(self, path):
        self._path = path

    def __call__(self, *words):
        command = [sys.executable, "-m", "mpremote", "connect", self._path, *words]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=MPREMOTE_LIMIT_S, check=True
        ).stdout


def test_mpremote_on_a_pty(board, tmp_path):
    data = bytes(range(256)) * 5
    (tmp_path / "there").write_bytes(data)
    with PtyBridge(board) as bridge:
        mpremote = Mpremote(bridge.path)
        assert mpremote("exec", "print(6 * 7)") == "42\n"
        mpremote("fs", "cp", str(tmp_path / "there"), ":/there")
        assert mpremote("fs", "ls", ":/").split()[-2:] == ["1280", "there"]
        mpremote("fs", "cp", ":/there", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == data
    # and then it is a machine that stands still again
    assert board.run("print(len(open('/there', 'rb').read()))").strip() == "1280"
