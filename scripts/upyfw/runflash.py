# SPDX-License-Identifier: MIT
"""The flash of `upyfw run`, kept in build/<BOARD>/run so that files survive between runs."""

from pathlib import Path

from upyfw.boards import Board
from upyfw.files import write_atomic
from upyfw.firmware import Artifacts, out_dir


def path(board: Board) -> Path:
    """Return the file: the whole flash of a chip, or the file system image of UNIX."""
    return out_dir(board) / "run" / "flash.bin"


def prepare(made: Artifacts, fresh: bool = False) -> Path:
    """Write the flash to start from: this build's firmware, and the files of the last run.

    Without a last run, with fresh, or if the kept one has another size, the files are those of
    the image. Returns its path.
    """
    file = path(made.board)
    kept = b"" if fresh or not file.exists() else file.read_bytes()
    new = (made.combined_bin or made.fs_image).read_bytes()
    if len(kept) == len(new):
        region = made.board.fs_region
        new = new[: region.offset] + kept[region.offset : region.end] + new[region.end :]
    write_atomic(file, new)
    return file
