# SPDX-License-Identifier: MIT
"""The user's terminal on an emulated board."""

import os
import pty
import select
import subprocess
import sys
import termios
import time

import pytest
from upyfw.base.paths import REPO
from upyfw.build import firmware

# safety net, seconds of this machine
LIMIT_S = 60
CTRL_BRACKET = b"\x1d"
PROGRAM = """
import sys
from pathlib import Path
from upyfw.targets.emulator import Emulator
from upyfw.targets.interactive import interact
with Emulator(Path(sys.argv[1]), cut_after=eval(sys.argv[2])) as board:
    print("ended:", interact(board))
"""


@pytest.fixture(scope="module")
def bare():
    return firmware.build("RPI_PICO", firmware.BARE).firmware


def start(bare, cut_after, stdin, stdout):
    command = [sys.executable, "-c", PROGRAM, str(bare), repr(cut_after)]
    env = {**os.environ, "PYTHONPATH": str(REPO / "scripts")}
    return subprocess.Popen(command, stdin=stdin, stdout=stdout, env=env)


class Terminal:
    """A pseudo-terminal with the program on it."""

    def __init__(self, bare, cut_after=None):
        self.master, self.slave = pty.openpty()
        self.settings = termios.tcgetattr(self.slave)
        self.output = b""
        self.process = start(bare, cut_after, self.slave, self.slave)

    def read_until(self, text):
        end = time.monotonic() + LIMIT_S
        while text not in self.output and time.monotonic() < end:
            if select.select([self.master], [], [], 0.1)[0]:
                self.output += os.read(self.master, 4096)
        assert text in self.output, self.output

    def type(self, data):
        os.write(self.master, data)

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def terminal(bare):
    opened = []

    def open_terminal(**options):
        opened.append(Terminal(bare, **options))
        return opened[-1]

    yield open_terminal
    for each in opened:
        each.close()


def test_ctrl_bracket_leaves_and_the_terminal_is_as_before(terminal):
    user = terminal()
    user.read_until(b">>> ")
    assert not termios.tcgetattr(user.slave)[3] & (termios.ECHO | termios.ISIG | termios.ICANON)
    user.type(b"print(6 * 7)\r")
    user.read_until(b"\r\n42\r\n")
    user.type(CTRL_BRACKET)
    user.read_until(b"ended: None")
    assert user.process.wait(LIMIT_S) == 0
    assert termios.tcgetattr(user.slave) == user.settings


def test_ctrl_c_is_a_key_of_the_board(terminal):
    user = terminal()
    user.read_until(b">>> ")
    user.type(b"while True: pass\r\r")
    user.read_until(b"... ")
    user.type(b"\x03")
    user.read_until(b"KeyboardInterrupt")
    assert user.process.poll() is None


def test_end_of_the_machine_restores_the_terminal(terminal):
    user = terminal(cut_after=3)
    user.read_until(b"ended: power_cut")
    assert user.process.wait(LIMIT_S) == 0
    assert termios.tcgetattr(user.slave) == user.settings


def test_input_from_a_pipe(bare):
    with start(bare, None, subprocess.PIPE, subprocess.PIPE) as process:
        output, _ = process.communicate(b"print(6 * 7)\r", LIMIT_S)
    assert b"\r\n42\r\n>>> " in output
    assert process.returncode == 0
