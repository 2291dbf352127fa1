# SPDX-License-Identifier: MIT
"""Check archives against their pins and unpack them so that half of one is never trusted."""

import hashlib
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from upyfw.base import child
from upyfw.base.errors import UpyfwError
from upyfw.base.progress import Report
from upyfw.source.source_pins import FilePin

TEMPORARY = ".tmp-"
_DPKG_LIMIT_S = 120


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(path: Path, pin: FilePin) -> None:
    """Check a file against its pin; a wrong one is removed and UpyfwError raised."""
    found = sha256(path)
    if found == pin.sha256:
        return
    path.unlink()
    raise UpyfwError(
        f"{pin.name}: wrong checksum {found[:12]}…, pinned is {pin.sha256[:12]}…; removed",
        hint="run it again; if it stays wrong, the mirror has other bytes than are pinned",
    )


@contextmanager
def temporary_beside(target: Path) -> Iterator[Path]:
    """Yield a fresh folder beside target, removed at the end; a rename from it is atomic."""
    folder = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=target.parent))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def replace(target: Path, made: Path) -> None:
    """Put a finished folder in the place of target, which may exist.

    Killed between the two renames, target is missing: the caller's stamp must be gone before.
    """
    if target.exists():
        with temporary_beside(target) as old:
            os.rename(target, old / "old")
            os.rename(made, target)
        return
    os.rename(made, target)


def sweep(folder: Path) -> None:
    """Remove what killed runs left behind in a folder; call it with the cache locked."""
    for path in folder.glob(f"**/{TEMPORARY}*"):
        shutil.rmtree(path, ignore_errors=True)


class _Counted:
    """A file that reports how far it has been read."""

    def __init__(self, path: Path, report: Report):
        self._file = path.open("rb")
        self._size_bytes = max(path.stat().st_size, 1)
        self._report = report

    def read(self, count_bytes: int = -1) -> bytes:
        data = self._file.read(count_bytes)
        self._report(self._file.tell() / self._size_bytes)
        return data

    def close(self) -> None:
        self._file.close()


def _untar(archive: Path, folder: Path, report: Report) -> None:
    safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    counted = _Counted(archive, report)
    try:
        with tarfile.open(fileobj=counted, mode="r|*") as tar:
            tar.extractall(folder, **safe)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise UpyfwError(f"{archive.name}: {error}", hint="remove it and run it again") from error
    finally:
        counted.close()


def _undeb(archive: Path, folder: Path, report: Report) -> None:
    report(0.0)
    result = child.run(["dpkg-deb", "-x", archive, folder], _DPKG_LIMIT_S)
    if result.status != 0:
        raise UpyfwError(f"{archive.name}: {result.reason()}", hint="remove it and run it again")


def unpack(archive: Path, folder: Path, root: str, report: Report) -> Path:
    """Unpack a tarball or .deb into a new folder and return where its content starts.

    root: folder inside the archive to start from; "" takes the only top folder of a tarball.
    Raises UpyfwError for an archive that cannot be read.
    """
    unpacker: Callable = _undeb if archive.suffix == ".deb" else _untar
    unpacker(archive, folder, report)
    tops = list(folder.iterdir())
    start = folder / root if root or len(tops) != 1 else tops[0]
    if not start.is_dir():
        raise UpyfwError(f"{archive.name}: no folder {root or 'at its top'} in it")
    return start
