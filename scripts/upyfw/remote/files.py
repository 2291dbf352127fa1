# SPDX-License-Identifier: MIT
"""The files of a board, over its FTP service."""

from __future__ import annotations

import contextlib
import errno
import ftplib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from upyfw.base.errors import UpyfwError
from upyfw.remote.place import Place

PORT = 21
USER = "admin"
LIMIT_S = 30
# what the service says (docs/spec/behaviour.md 9.2): a part of its text → the error it stands for
_REASONS = {
    "no such": errno.ENOENT,
    "exists": errno.EEXIST,
    "is a directory": errno.EISDIR,
    "not a directory": errno.ENOTDIR,
    "not empty": errno.ENOTEMPTY,
    "space": errno.ENOSPC,
    "protected": errno.EACCES,
    "permission": errno.EACCES,
}


@dataclass(frozen=True)
class Entry:
    """What a board says of a file or a folder; time_s counts from 1970, UTC."""

    is_folder: bool
    size_bytes: int
    time_s: float


class Refused(OSError):
    """What the board does not do, with its errno and its own words."""


class BoardFiles:
    """One log-in. It is made again if the board has closed it, once for each call."""

    def __init__(self, place: Place, user: str, password: Callable[[], str]) -> None:
        self.place = place
        self._user = user
        self._ask = password
        self._password: str | None = None
        self._ftp: ftplib.FTP | None = None

    def connect(self) -> None:
        """Log in. UpyfwError if nobody is there, or the password is wrong."""
        ftp = ftplib.FTP(timeout=LIMIT_S, encoding="utf-8")
        try:
            ftp.connect(self.place.host, self.place.port)
            answer = ftp.sendcmd("USER " + self._user)
            if answer[0] == "3":
                self._password = self._ask() if self._password is None else self._password
                ftp.sendcmd("PASS " + self._password)
            ftp.voidcmd("TYPE I")
        except (OSError, EOFError, ftplib.Error) as exc:
            ftp.close()
            hint = "is uftpd running on it? ./upyfw find lists the boards of this network"
            raise UpyfwError(f"{self.place}: {exc or 'the connection was closed'}", hint) from exc
        self._ftp = ftp

    def close(self) -> None:
        """Log out."""
        ftp, self._ftp = self._ftp, None
        if ftp is not None:
            with contextlib.suppress(OSError, EOFError, ftplib.Error):
                ftp.quit()
            ftp.close()

    def _do(self, call: Callable[[ftplib.FTP], object]) -> object:
        """Return call(log-in). Refused for what the board refuses, OSError without a way to it."""
        for is_last in (False, True):
            if self._ftp is None:
                self.connect()
            try:
                return call(self._ftp)
            except ftplib.error_perm as exc:
                raise _refused(exc) from None
            except (OSError, EOFError, ftplib.Error) as exc:
                self._ftp.close()
                self._ftp = None
                if is_last:
                    raise Refused(errno.EIO, f"{self.place}: {exc}") from exc
        raise AssertionError

    def listing(self, path: str) -> dict[str, Entry]:
        """Return what is in a folder."""

        def listed(ftp: ftplib.FTP) -> dict[str, Entry]:
            lines: list[str] = []
            ftp.retrlines("MLSD " + path, lines.append)
            return dict(map(_parsed, lines))

        return self._do(listed)

    def entry(self, path: str) -> Entry:
        """Return what a file or folder is."""
        answer = self._do(lambda ftp: ftp.sendcmd("MLST " + path))
        return _parsed(answer.splitlines()[1].lstrip())[1]

    def read(self, path: str) -> bytes:
        """Return the content of a file."""

        def received(ftp: ftplib.FTP) -> bytes:
            data = io.BytesIO()
            ftp.retrbinary("RETR " + path, data.write)
            return data.getvalue()

        return self._do(received)

    def write(self, path: str, data: bytes) -> None:
        """Write a file: the old one stays until the new one is whole."""
        self._do(lambda ftp: ftp.storbinary("STOR " + path, io.BytesIO(data), 1 << 16))

    def remove(self, path: str) -> None:
        """Remove a file."""
        self._do(lambda ftp: ftp.voidcmd("DELE " + path))

    def make_folder(self, path: str) -> None:
        """Make a folder."""
        self._do(lambda ftp: ftp.voidcmd("MKD " + path))

    def remove_folder(self, path: str) -> None:
        """Remove an empty folder."""
        self._do(lambda ftp: ftp.voidcmd("RMD " + path))

    def rename(self, old: str, new: str) -> None:
        """Give a file or folder another name; a file of that name is replaced."""
        self._do(lambda ftp: ftp.rename(old, new))

    def walk(self, path: str) -> Iterator[tuple[str, Entry]]:
        """Yield (path, entry) of all files below a folder; nothing if it is absent."""
        try:
            found = self.listing(path)
        except Refused as exc:
            if exc.errno not in (errno.ENOENT, errno.ENOTDIR):
                raise
            return
        for name, entry in found.items():
            whole = path.rstrip("/") + "/" + name
            if entry.is_folder:
                yield from self.walk(whole)
            else:
                yield whole, entry


def _refused(exc: ftplib.error_perm) -> Refused:
    text = str(exc)
    code = next((number for words, number in _REASONS.items() if words in text), errno.EIO)
    return Refused(code, text[4:])


def _parsed(line: str) -> tuple[str, Entry]:
    """Return name and entry of a line of MLSD (RFC 3659, 7)."""
    facts, _, name = line.partition(" ")
    known = dict(fact.lower().split("=", 1) for fact in facts.split(";") if "=" in fact)
    moment = datetime.strptime(known["modify"], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    size = int(known.get("size", 0))
    return name, Entry(known["type"] == "dir", size, moment.timestamp())
