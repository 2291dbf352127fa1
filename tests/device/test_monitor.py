# SPDX-License-Identifier: MIT
"""`upyfw monitor`: a terminal on one side, an emulated board at a serial port on the other."""

import os
import pty
import subprocess
import sys
import time
import tty

import machines as at
import pytest
from casefile import TREE
from upyfw import cli
from upyfw.targets.pty_bridge import PtyBridge

LIMIT_S = 60


@pytest.fixture
def port(machines):
    """The serial port of a board at its prompt."""
    image = at.image("RPI_PICO", {"/t/a.txt": "alpha\n"})
    with machines.at_prompt("RPI_PICO", image) as session, PtyBridge(session.target) as bridge:
        yield bridge.path


class Terminal:
    """A user's terminal with a program in it."""

    def __init__(self, *words: str) -> None:
        self._master, slave = pty.openpty()
        env = os.environ | {"PYTHONPATH": str(TREE / "scripts")}
        call = [sys.executable, "-P", "-m", "upyfw", *words]
        self.process = subprocess.Popen(call, stdin=slave, stdout=slave, stderr=slave, env=env)
        os.close(slave)
        os.set_blocking(self._master, False)
        self.shown = b""

    def type(self, data: bytes) -> None:
        os.write(self._master, data)

    def wait_for(self, text: bytes) -> None:
        """Wait until a text is on the screen."""
        end = time.monotonic() + LIMIT_S
        while text not in self.shown:
            assert time.monotonic() < end, self.shown
            try:
                self.shown += os.read(self._master, 4096)
            except (BlockingIOError, OSError):
                time.sleep(0.02)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)


@pytest.fixture
def terminal(port):
    opened = Terminal("monitor", "--port", port)
    yield opened
    opened.close()


def test_the_board_is_typed_to_and_left(terminal, port):
    terminal.wait_for(f"{port}; Ctrl-] leaves".encode())
    terminal.type(b"cat /t/a.txt\r")
    terminal.wait_for(b"alpha")
    # Ctrl-C is the board's key
    terminal.type(b"sleep 1000\r")
    terminal.wait_for(b"sleep 1000")
    terminal.type(b"\x03")
    terminal.type(b"echo af''ter\r")
    terminal.wait_for(b"after")
    terminal.type(b"\x1d")
    assert terminal.process.wait(LIMIT_S) == 0


def test_a_board_that_is_pulled_out():
    master, slave = pty.openpty()
    tty.setraw(slave)
    opened = Terminal("monitor", "--port", os.ttyname(slave))
    opened.wait_for(b"Ctrl-] leaves")
    os.write(master, b"still here")
    opened.wait_for(b"still here")
    os.close(slave)
    os.close(master)
    opened.wait_for(b"the port has gone: pulled out, or the board was reset")
    assert opened.process.wait(LIMIT_S) == 0
    opened.close()


def test_no_board(monkeypatch, capsys):
    monkeypatch.setattr("serial.tools.list_ports.comports", list)
    assert cli.run(["monitor"]) == 2
    assert "upyfw: no serial port of a board found\n" in capsys.readouterr().err


def test_a_port_that_is_gone(capsys):
    assert cli.run(["monitor", "--port", "/dev/no-such-port"]) == 2
    assert "upyfw: /dev/no-such-port: no such port\n" in capsys.readouterr().err
