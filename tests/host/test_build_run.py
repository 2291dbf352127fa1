# SPDX-License-Identifier: MIT
"""upyfw run: typed lines in, output out, files kept."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from upyfw import firmware, fsimage, runflash
from upyfw.boards import load
from upyfw.paths import REPO

# upyfw run with its flash in another place, so that the user's own run is left alone
_DRIVER = """
import sys
from pathlib import Path
from upyfw import cli, runflash
runflash.path = lambda board: Path(sys.argv[1])
sys.exit(cli.run(["run", "--board", *sys.argv[2:]]))
"""


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


def test_files_of_a_run_survive_a_build_but_not_fresh(tmp_path, monkeypatch):
    made = firmware.build("RPI_PICO")
    monkeypatch.setattr(runflash, "path", lambda board: tmp_path / "flash.bin")
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
