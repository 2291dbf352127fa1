# SPDX-License-Identifier: MIT
"""The ways on which `upyfw sync` puts a file onto a board: FTP, or a serial console."""

from __future__ import annotations

import errno
import hashlib
import posixpath
from typing import Protocol

from upyfw.base.errors import UpyfwError
from upyfw.remote import consoles
from upyfw.remote.files import BoardFiles, Refused
from upyfw.targets import serial_blocks
from upyfw.targets.base import Target


class Way(Protocol):
    """What sync asks of a way. Its calls raise OSError or UpyfwError."""

    def has(self, path: str, data: bytes) -> bool:
        """Tell whether the board has this content at path."""

    def write(self, path: str, data: bytes) -> None:
        """Write a file, and the folders that it needs."""

    def remove(self, path: str) -> None:
        """Remove a file; nothing if it is not there."""


class FtpWay:
    """Over FTP: an upload replaces the old file once it is whole."""

    def __init__(self, files: BoardFiles) -> None:
        self._files = files
        self._folders = {"/"}

    def has(self, path: str, data: bytes) -> bool:
        try:
            entry = self._files.entry(path)
            if entry.is_folder or entry.size_bytes != len(data):
                return False
            return self._files.read(path) == data
        except Refused as exc:
            if exc.errno not in (errno.ENOENT, errno.ENOTDIR):
                raise
            return False

    def write(self, path: str, data: bytes) -> None:
        self._need(posixpath.dirname(path))
        self._files.write(path, data)

    def _need(self, folder: str) -> None:
        if folder in self._folders:
            return
        self._need(posixpath.dirname(folder))
        try:
            self._files.make_folder(folder)
        except Refused as exc:
            if exc.errno != errno.EEXIST:
                raise
        self._folders.add(folder)

    def remove(self, path: str) -> None:
        try:
            self._files.remove(path)
        except Refused as exc:
            if exc.errno != errno.ENOENT:
                raise


class SerialWay:
    """At the prompt: `fileup -b`, which sends again what a serial port loses."""

    def __init__(self, target: Target) -> None:
        self._target = target
        consoles.at_prompt(target, True)

    def has(self, path: str, data: bytes) -> bool:
        told = self._target.run("sha256sum " + _word(path))
        return told.startswith(hashlib.sha256(data).hexdigest())

    def write(self, path: str, data: bytes) -> None:
        folder = posixpath.dirname(path)
        if folder != "/":
            self._checked("mkdir -p " + _word(folder))
        serial_blocks.send(self._target, _word(path), data)

    def remove(self, path: str) -> None:
        self._checked(f"test -e {_word(path)} && rm {_word(path)}", silent=True)

    def _checked(self, line: str, silent: bool = True) -> None:
        told = self._target.run(line).strip()
        if told and silent:
            raise UpyfwError(told)


def _word(path: str) -> str:
    """Return a path as one word of a line of the shell (docs/spec/behaviour.md 5.1)."""
    return "'" + path.replace("'", "'\\''") + "'"
