# SPDX-License-Identifier: MIT
"""Writing files so that nobody ever finds half of one."""

import contextlib
import os
import shutil
from pathlib import Path

from upyfw.base.errors import UpyfwError


def write_atomic(path: Path, data: bytes) -> None:
    """Write data to path by way of a second name and a rename.

    Raises UpyfwError, and leaves what stood there before, if the disk is full or not writable.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        os.replace(part, path)
    except OSError as exc:
        _discard(part)
        raise _refusal(path, exc) from None


def copy_atomic(source: Path, path: Path) -> None:
    """Copy a file with its mode, as write_atomic writes one."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, part)
        os.replace(part, path)
    except OSError as exc:
        _discard(part)
        raise _refusal(path, exc) from None


def write_if_changed(path: Path, data: bytes) -> bool:
    """Write data unless path holds it already, so that its time tells when it last changed.

    Returns True if it wrote.
    """
    try:
        if path.read_bytes() == data:
            return False
    except OSError:
        # absent or unreadable: written anew, and that says what is wrong
        pass
    write_atomic(path, data)
    return True


def _discard(part: Path) -> None:
    with contextlib.suppress(OSError):
        part.unlink()


def _refusal(path: Path, exc: OSError) -> UpyfwError:
    return UpyfwError(
        f"{path}: cannot be written: {exc.strerror}",
        hint="make room or choose another place, then run the same command again",
    )
