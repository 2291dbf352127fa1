# SPDX-License-Identifier: MIT
"""upyfw run: typed lines in, output out, files kept."""

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from upyfw.base.paths import REPO
from upyfw.board.boards import load
from upyfw.build import firmware
from upyfw.image import fsimage
from upyfw.targets import runflash

# upyfw run with its flash in another place, so that the user's own run is left alone
_DRIVER = """
import sys
from pathlib import Path
from upyfw import cli
from upyfw.targets import runflash
cli.end_on_signals()
runflash.path = lambda made: Path(sys.argv[1])
sys.exit(cli.run(["run", "--board", *sys.argv[2:]]))
"""


# safety net, seconds
_LIMIT_S = 60


def _run(flash: Path, typed: str, *words: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", _DRIVER, str(flash), *words],
        input=typed.encode(),
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(REPO / "scripts")},
        timeout=600,
    )
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout.decode()


@pytest.mark.parametrize("name", ["RPI_PICO", "UNIX"])
def test_a_file_written_in_one_run_is_there_in_the_next(name, tmp_path):
    firmware.build(name)
    flash = tmp_path / "flash.bin"
    assert "/ $: " in _run(flash, "echo kep''t > /local/mine.txt\r", name)
    board = load(name)
    region = board.fs_region
    image = flash.read_bytes()[region.offset : region.end]
    assert fsimage.read(board, image)["/local/mine.txt"] == b"kept\n"
    assert "kept" in _run(flash, "cat /local/mine.txt\r", name)
    assert "kept" not in _run(flash, "cat /local/mine.txt\r", name, "--fresh")


class Terminal:
    """A terminal of its own with upyfw run in it."""

    def __init__(self, flash: Path, name: str) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", _DRIVER, str(flash), name],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=os.environ | {"PYTHONPATH": str(REPO / "scripts")},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)

    def read_until(self, text: bytes) -> None:
        """Read the screen until text is on it."""
        seen, end = b"", time.monotonic() + _LIMIT_S
        while text not in seen:
            assert time.monotonic() < end, seen
            if select.select([self.master], [], [], 0.1)[0]:
                seen += os.read(self.master, 4096)

    def close(self) -> None:
        """Close it as a window is closed, and tell all that runs in it, as its shell does."""
        os.killpg(self.process.pid, signal.SIGHUP)
        os.close(self.master)


def _holds(flash: Path, name: str) -> bool:
    board = load(name)
    image = flash.read_bytes()[board.fs_region.offset : board.fs_region.end]
    return fsimage.read(board, image).get("/local/mine.txt") == b"kept\n"


@pytest.mark.parametrize("name", ["RPI_PICO", "UNIX"])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_run_that_is_killed_keeps_its_files(name, how, tmp_path):
    firmware.build(name)
    flash = tmp_path / "flash.bin"
    terminal = Terminal(flash, name)
    terminal.read_until(b"/ $: ")
    os.write(terminal.master, b"echo kep''t > /local/mine.txt ; echo do''ne\r")
    terminal.read_until(b"done")
    if how == signal.SIGKILL:
        # nothing of ours runs after it: what was saved before counts
        end = time.monotonic() + _LIMIT_S
        while not _holds(flash, name):
            assert time.monotonic() < end
            time.sleep(0.2)
    if how == signal.SIGHUP:
        terminal.close()
    else:
        os.kill(terminal.process.pid, how)
    status = terminal.process.wait(_LIMIT_S)
    assert status == (-how if how == signal.SIGKILL else 128 + how)
    assert _holds(flash, name)


def test_files_of_a_run_survive_a_build_but_not_fresh(tmp_path, monkeypatch):
    made = firmware.build("RPI_PICO")
    monkeypatch.setattr(runflash, "path", lambda made: tmp_path / "flash.bin")
    flash = runflash.prepare(made)
    assert flash.read_bytes() == made.combined_bin.read_bytes()
    region = made.board.fs_region
    mine = fsimage.make(made.board, {"/local/mine": b"x"})
    flash.write_bytes(b"\0" * region.offset + mine)
    kept = runflash.prepare(made).read_bytes()
    assert kept[region.offset :] == mine
    assert kept[: region.offset] == made.combined_bin.read_bytes()[: region.offset]
    flash.write_bytes(b"\0" * 100)
    assert runflash.prepare(made).read_bytes() == made.combined_bin.read_bytes()
    flash.write_bytes(kept)
    assert runflash.prepare(made, fresh=True).read_bytes() == made.combined_bin.read_bytes()
