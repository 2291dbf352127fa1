# SPDX-License-Identifier: MIT
"""The flash of `upyfw run`, kept beside the firmware so that files survive between runs."""

import time
from contextlib import suppress
from pathlib import Path

from upyfw.base.errors import UpyfwError
from upyfw.base.files import write_atomic
from upyfw.image.artifacts import Artifacts
from upyfw.targets.emulator import Emulator

_EVERY_S = 2.0


def path(made: Artifacts) -> Path:
    """Return the file: the whole flash of a chip, or the file system image of UNIX."""
    return made.firmware.parent / "run" / "flash.bin"


def prepare(made: Artifacts, fresh: bool = False) -> Path:
    """Write the flash to start from: this build's firmware, and the files of the last run.

    Without a last run, with fresh, or if the kept one has another size, the files are those of
    the image. Returns its path.
    """
    file = path(made)
    kept = b"" if fresh or not file.exists() else file.read_bytes()
    new = (made.combined_bin or made.fs_image).read_bytes()
    if len(kept) == len(new):
        region = made.board.fs_region
        new = new[: region.offset] + kept[region.offset : region.end] + new[region.end :]
    write_atomic(file, new)
    return file


class Keeper:
    """Saves the flash of an emulated board to a file, at each moment what a power cut leaves.

    So a run that is killed without notice (SIGKILL) loses its last seconds and no more.
    """

    def __init__(self, target: Emulator, file: Path) -> None:
        self._target = target
        self._file = file
        self._saved_ops = 0
        self._next_s = time.monotonic() + _EVERY_S

    def save(self) -> None:
        """Save the flash if anything was written to it since the last time."""
        ops = self._target.flash_ops
        if ops != self._saved_ops:
            write_atomic(self._file, self._target.flash_image())
            self._saved_ops = ops

    def save_sometimes(self) -> None:
        """Do so every two seconds; a disk that is full does not end the session."""
        if time.monotonic() >= self._next_s:
            with suppress(UpyfwError):
                self.save()
            self._next_s = time.monotonic() + _EVERY_S
