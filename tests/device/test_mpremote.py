# SPDX-License-Identifier: MIT
"""The real mpremote on the serial port of an emulated board, while upyOS is at work."""

import subprocess
import sys

import machines as at
import pytest
from session import Session
from upyfw.image import fsimage
from upyfw.targets.pty_bridge import PtyBridge

# safety net for one call of mpremote, seconds
LIMIT_S = 60


class Port:
    """A board, its serial port as a path, and mpremote on it."""

    def __init__(self, session: Session, path: str) -> None:
        self.session = session
        self._path = path

    def mpremote(self, *words: str) -> str:
        """Run mpremote; its output. A failed call fails the test with what it said."""
        call = [sys.executable, "-m", "mpremote", "connect", self._path, *words]
        done = subprocess.run(call, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def port(machines):
    image = at.image("RPI_PICO", {"/t/a.txt": "alpha\n"})
    with machines.at_prompt("RPI_PICO", image) as session, PtyBridge(session.target) as bridge:
        yield Port(session, bridge.path)


def test_fs_ls(port):
    lines = port.mpremote("fs", "ls", ":/t").splitlines()
    assert lines[1:] == ["           6 a.txt"]


def test_fs_cp_to_the_board_and_back(port, tmp_path):
    data = bytes(range(256)) * 9
    (tmp_path / "there.bin").write_bytes(data)
    port.mpremote("fs", "cp", str(tmp_path / "there.bin"), ":/t/b.bin")
    port.mpremote("fs", "cp", ":/t/b.bin", str(tmp_path / "back.bin"))
    assert (tmp_path / "back.bin").read_bytes() == data
    flash = at.file_system(port.session, "RPI_PICO")
    assert fsimage.read(at.board("RPI_PICO"), flash)["/t/b.bin"] == data


def test_exec(port):
    assert port.mpremote("exec", "print(6 * 7)") == "42\n"


def test_soft_reset_brings_the_prompt_back(port):
    port.mpremote("exec", "x = 1")
    port.session.forget()
    port.session.type("\x04")
    assert port.session.wait_texts(("soft reboot", "Normal mode", "/ $: "), LIMIT_S) is None


def test_reset_brings_the_prompt_back(port):
    port.session.forget()
    port.mpremote("reset")
    assert port.session.wait_texts(("Normal mode", "/ $: "), LIMIT_S) is None


def test_while_a_command_runs(port):
    port.session.type("sleep 1000")
    port.session.settle()
    assert port.mpremote("exec", "print('got' + 'in')") == "gotin\n"


def test_while_a_line_is_typed(port):
    port.session.target.send(b"echo not-finis")
    port.session.settle()
    assert port.mpremote("exec", "print('got' + 'in')") == "gotin\n"
