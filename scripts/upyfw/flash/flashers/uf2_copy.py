# SPDX-License-Identifier: MIT
"""Write a board by copying a UF2 file onto its boot drive."""

import errno
import os
import time
from pathlib import Path

from upyfw.base.errors import UpyfwError
from upyfw.base.progress import Report, step
from upyfw.flash.drives import Drive
from upyfw.flash.flashers.base import Flasher
from upyfw.flash.flashplan import Facts, Plan

_NAME = "upyos.uf2"
_CHUNK_BYTES = 64 * 1024
_LOOK_S = 0.05
# from the last block on, until the board has left its boot loader
VANISH_S = 15.0
_FULL = (errno.ENOSPC, errno.EDQUOT)
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
_AGAIN = (
    "the board's boot loader is in ROM: hold BOOTSEL while plugging it in, then run it again; "
    "until then it may not start"
)


class Uf2Copy(Flasher):
    """A mounted boot drive."""

    def __init__(self, drive: Drive) -> None:
        self.drive = drive
        self.where = drive.where

    def facts(self) -> Facts:
        """Return the chip: a boot drive knows no more."""
        return Facts(chip=self.drive.chip)

    def write(self, plan: Plan) -> None:
        """Copy the file, and wait for the drive to vanish: the board has it all and starts.

        The drive cannot be read back.
        """
        with step(f"copying {plan.file} to {self.drive.path}") as report:
            self._copy(plan.uf2, report)
        if not self._wait_until_gone():
            raise UpyfwError(
                f"{self.drive.path}: the boot drive is still there: the board did not take "
                f"{plan.file}",
                "unplug it, hold BOOTSEL while plugging it in, and run it again",
            )

    def _copy(self, data: bytes, report: Report) -> None:
        done = 0
        try:
            with (self.drive.path / _NAME).open("wb") as file:
                for start in range(0, len(data), _CHUNK_BYTES):
                    file.write(data[start : start + _CHUNK_BYTES])
                    file.flush()
                    done = min(start + _CHUNK_BYTES, len(data))
                    os.fsync(file.fileno())
                    report(done / len(data))
        except OSError as exc:
            # it leaves the moment it has the last block, before the file is closed
            if done < len(data) or self.drive.is_there():
                raise self._refusal(exc, done) from None

    def _refusal(self, exc: OSError, done: int) -> UpyfwError:
        path: Path = self.drive.path
        if exc.errno in _FULL:
            return UpyfwError(f"{path}: the boot drive is full", f"it should be empty: {_AGAIN}")
        if exc.errno in _READ_ONLY:
            hint = (
                "nothing was written; mount it so that you may write, e.g. sudo mount -o "
                f"remount,rw,umask=0 {path}"
            )
            return UpyfwError(f"{path}: the boot drive cannot be written: {exc.strerror}", hint)
        what = f"{path}: the boot drive went away after {done:,} bytes ({exc.strerror})"
        return UpyfwError(what, _AGAIN)

    def _wait_until_gone(self) -> bool:
        until_s = time.monotonic() + VANISH_S
        while self.drive.is_there():
            if time.monotonic() > until_s:
                return False
            time.sleep(_LOOK_S)
        return True
