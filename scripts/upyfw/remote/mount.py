# SPDX-License-Identifier: MIT
"""The files of a board as a file system of this machine: operations of FUSE over FTP.

A file is read whole when it is opened, and written whole when it is closed or flushed, if it was
changed: so the board has the old content or the new one. What the board said of its files is
believed for a second, or until it is changed from here.
"""

from __future__ import annotations

import errno
import os
import posixpath
import stat
import threading
import time
from dataclasses import dataclass, field
from functools import wraps

import mfusepy

from upyfw.base.errors import UpyfwError
from upyfw.remote.files import BoardFiles, Entry

_BELIEVED_S = 1.0
_BLOCK_BYTES = 4096
# as large as anything that such a board has; it does not say over FTP
_BLOCKS = 1 << 18
_ROOT = Entry(True, 0, 0.0)


@dataclass
class Open:
    """An open file: its content, and whether the board has it."""

    path: str
    data: bytearray = field(default_factory=bytearray)
    is_changed: bool = False


def _locked(call):
    """Let one operation in at a time, and give the kernel an errno for whatever goes wrong."""

    @wraps(call)
    def inner(self, *args):
        with self.lock:
            try:
                return call(self, *args)
            except mfusepy.FuseOSError:
                raise
            except OSError as exc:
                raise mfusepy.FuseOSError(exc.errno or errno.EIO) from exc
            except UpyfwError as exc:
                raise mfusepy.FuseOSError(errno.EIO) from exc

    return inner


class BoardFs(mfusepy.Operations):
    """What the kernel asks for."""

    use_ns = True

    def __init__(self, files: BoardFiles) -> None:
        self.lock = threading.Lock()
        self._files = files
        self._owner = (os.getuid(), os.getgid())
        # folder → (when, what is in it)
        self._known: dict[str, tuple[float, dict[str, Entry]]] = {}
        self._open: dict[int, Open] = {}
        self._next = 1

    # What is there

    def _listing(self, folder: str) -> dict[str, Entry]:
        kept = self._known.get(folder)
        if kept is None or time.monotonic() - kept[0] > _BELIEVED_S:
            kept = time.monotonic(), self._files.listing(folder)
            self._known[folder] = kept
        return kept[1]

    def _forget(self, *paths: str) -> None:
        for path in paths:
            self._known.pop(posixpath.dirname(path), None)
            self._known.pop(path, None)

    def _entry(self, path: str) -> Entry:
        if path == "/":
            return _ROOT
        try:
            found = self._listing(posixpath.dirname(path)).get(posixpath.basename(path))
        except OSError as exc:
            code = errno.ENOENT if exc.errno == errno.ENOTDIR else exc.errno
            raise mfusepy.FuseOSError(code) from exc
        if found is None:
            raise mfusepy.FuseOSError(errno.ENOENT)
        return found

    @_locked
    def getattr(self, path: str, fh: int | None = None) -> dict[str, int]:
        held = [one for one in self._open.values() if one.path == path and one.is_changed]
        entry = Entry(False, len(held[0].data), time.time()) if held else self._entry(path)
        when_ns = int(entry.time_s * 1e9)
        return {
            "st_mode": stat.S_IFDIR | 0o755 if entry.is_folder else stat.S_IFREG | 0o644,
            "st_nlink": 2 if entry.is_folder else 1,
            "st_size": entry.size_bytes,
            "st_blocks": -(-entry.size_bytes // 512),
            "st_mtime": when_ns,
            "st_ctime": when_ns,
            "st_atime": when_ns,
            "st_uid": self._owner[0],
            "st_gid": self._owner[1],
        }

    @_locked
    def readdir(self, path: str, fh: int) -> list[str]:
        return [".", "..", *self._listing(path)]

    def statfs(self, path: str) -> dict[str, int]:
        blocks = {"f_blocks": _BLOCKS, "f_bfree": _BLOCKS, "f_bavail": _BLOCKS}
        return {"f_bsize": _BLOCK_BYTES, "f_frsize": _BLOCK_BYTES, "f_namemax": 255, **blocks}

    # Files

    def _opened(self, path: str, data: bytes, is_changed: bool) -> int:
        handle, self._next = self._next, self._next + 1
        self._open[handle] = Open(path, bytearray(data), is_changed)
        return handle

    @_locked
    def open(self, path: str, flags: int) -> int:
        if flags & os.O_TRUNC:
            return self._opened(path, b"", True)
        held = [one for one in self._open.values() if one.path == path and one.is_changed]
        return self._opened(path, bytes(held[0].data) if held else self._files.read(path), False)

    @_locked
    def create(self, path: str, mode: int, fi: int | None = None) -> int:
        self._files.write(path, b"")
        self._forget(path)
        return self._opened(path, b"", False)

    @_locked
    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return bytes(self._open[fh].data[offset : offset + size])

    @_locked
    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        held = self._open[fh]
        _resize(held.data, max(offset, len(held.data)))
        held.data[offset : offset + len(data)] = data
        held.is_changed = True
        return len(data)

    @_locked
    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        if fh is not None:
            held = self._open[fh]
            _resize(held.data, length)
            held.is_changed = True
            return 0
        data = bytearray(self._files.read(path))
        _resize(data, length)
        self._files.write(path, bytes(data))
        self._forget(path)
        return 0

    @_locked
    def flush(self, path: str, fh: int) -> int:
        self._save(self._open[fh])
        return 0

    @_locked
    def fsync(self, path: str, datasync: int, fh: int) -> int:
        self._save(self._open[fh])
        return 0

    def _save(self, held: Open) -> None:
        if held.is_changed:
            self._files.write(held.path, bytes(held.data))
            held.is_changed = False
            self._forget(held.path)

    @_locked
    def release(self, path: str, fh: int) -> int:
        held = self._open.pop(fh)
        self._save(held)
        return 0

    # Names

    @_locked
    def unlink(self, path: str) -> int:
        self._files.remove(path)
        self._forget(path)
        return 0

    @_locked
    def mkdir(self, path: str, mode: int) -> int:
        self._files.make_folder(path)
        self._forget(path)
        return 0

    @_locked
    def rmdir(self, path: str) -> int:
        self._files.remove_folder(path)
        self._forget(path)
        return 0

    @_locked
    def rename(self, old: str, new: str) -> int:
        self._files.rename(old, new)
        for held in self._open.values():
            if held.path == old:
                held.path = new
        self._forget(old, new)
        return 0

    # What a board has not got: these change nothing

    def chmod(self, path: str, mode: int) -> int:
        return 0

    def chown(self, path: str, uid: int, gid: int) -> int:
        return 0

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
        return 0


def _resize(data: bytearray, length: int) -> None:
    """Cut, or fill with zeros."""
    del data[length:]
    data.extend(bytes(length - len(data)))


def run(files: BoardFiles, folder: str) -> None:
    """Mount, and stay until it is unmounted. RuntimeError if FUSE does not work here."""
    mfusepy.FUSE(
        BoardFs(files),
        folder,
        foreground=True,
        nothreads=True,
        fsname=f"upyos:{files.place}",
        subtype="upyfw",
    )
