# SPDX-License-Identifier: MIT
"""An update site as it stands in a folder, and its files over http for boards of this network."""

from __future__ import annotations

import hashlib
import itertools
import re
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from upyfw.base.errors import BadInput, UpyfwError
from upyfw.release import updates

_RANGE = re.compile(r"bytes=(\d+)-")
_PIECE_BYTES = 4096
_HINT = "./upyfw ota site makes one"

# path, how many bytes of it are on their way, how many there are
Report = Callable[[str, int, int], None]


class Site:
    """What a site offers: all of it is read at once, so it cannot change in the middle."""

    def __init__(self, folder: Path) -> None:
        """Read a site. BadInput if there is none, or it is not what its list says."""
        text = _read(folder / updates.LIST, f"{folder}: no update site")
        self.images: dict[str, str] = {}
        self._files = {"/" + updates.LIST: text}
        try:
            head, *lines = text.decode().splitlines()
            self.version = re.fullmatch(r"#upyOS,([^,]+),.*", head)[1]
            for line in lines:
                self._record(folder, line)
        except (ValueError, IndexError, TypeError):
            raise BadInput(f"{folder / updates.LIST}: no upgrade list", _HINT) from None

    def _record(self, folder: Path, line: str) -> None:
        """Take a line of the list: `PATH,...`, or `@BOARD,PATH,...` for an image."""
        words = line.split(",")
        if line[:1] == "@":
            board = words.pop(0)[1:]
            words[0] = "/" + words[0]
            self.images[board] = words[0]
        elif line[:1] != "/":
            return
        path, _, digest = words[:3]
        data = _read(folder / path[1:], f"{folder}: {path} is missing")
        if hashlib.sha256(data).hexdigest() != digest:
            raise BadInput(f"{folder}: {path} is not what the list says", _HINT)
        self._files[path] = data

    def content(self, path: str) -> bytes | None:
        """Return a file of the site, None for any other path."""
        return self._files.get(path)


def _read(path: Path, missing: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise BadInput(f"{missing} ({exc.strerror})", _HINT) from None


class _Handler(BaseHTTPRequestHandler):
    """A file of a site, or what follows an offset: an upgrade goes on where it broke off."""

    server: _Server

    def do_GET(self) -> None:
        _, visit, path = self.path.split("/", 2) if self.path.count("/") > 1 else ("", "", "")
        report = self.server.visits.get(visit)
        data = self.server.site.content("/" + path) if report else None
        if data is None:
            self.send_error(404)
            return
        tag = f'"{hashlib.sha256(data).hexdigest()}"'
        match = _RANGE.fullmatch(self.headers.get("Range", ""))
        is_part = match and int(match[1]) < len(data) and self.headers.get("If-Range", tag) == tag
        at = int(match[1]) if is_part else 0
        self._head(at, len(data), tag, bool(is_part))
        try:
            for start in range(at, len(data), _PIECE_BYTES):
                report("/" + path, min(start + _PIECE_BYTES, len(data)), len(data))
                self.wfile.write(data[start : start + _PIECE_BYTES])
        except OSError:
            # the board has closed it, or is gone: it says so itself, at its console
            self.close_connection = True

    def _head(self, at: int, size: int, tag: str, is_part: bool) -> None:
        self.send_response(206 if is_part else 200)
        if is_part:
            self.send_header("Content-Range", f"bytes {at}-{size - 1}/{size}")
        self.send_header("Content-Length", str(size - at))
        self.send_header("ETag", tag)
        self.end_headers()

    def log_message(self, form: str, *args: object) -> None:
        """Say nothing: the progress of the boards is on the terminal."""


class _Server(ThreadingHTTPServer):
    """Knows the site, and who is to be told what goes out."""

    def __init__(self, site: Site, port: int) -> None:
        super().__init__(("", port), _Handler)
        self.site = site
        self.visits: dict[str, Report] = {}

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a board that is gone; what else goes wrong is a fault of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Served:
    """A site that boards can load from while this is open. UpyfwError if the port is in use."""

    def __init__(self, site: Site, port: int = 0) -> None:
        try:
            self._server = _Server(site, port)
        except OSError as exc:
            raise UpyfwError(f"port {port}: {exc.strerror}") from None
        self.port = self._server.server_address[1]
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def visit(self, report: Report) -> str:
        """Return the path below which one board finds the site; report hears what it loads."""
        number = str(next(self._numbers))
        self._server.visits[number] = report
        return "/" + number
