# SPDX-License-Identifier: MIT
"""A folder over http, for boards of this network.

Werkzeug answers: a board whose download broke off asks for the rest (Range, If-Range).
"""

import socket
from collections.abc import Callable
from pathlib import Path

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.utils import send_from_directory
from werkzeug.wrappers import Request, Response

from upyfw.base.errors import UpyfwError

Tell = Callable[[str], None]


def server(folder: Path, port: int = 0, tell: Tell = lambda line: None) -> BaseWSGIServer:
    """Return a server of the files of a folder; tell hears who asks for what.

    port: 0 for any that is free. Raises UpyfwError if it is in use.
    """
    try:
        listener = socket.create_server(("", port))
    except OSError as exc:
        raise UpyfwError(f"port {port}: {exc.strerror}") from None
    number = listener.getsockname()[1]
    handler = type("Handler", (_Handler,), {"tell": staticmethod(tell)})
    app = _app(folder.absolute())
    # given a socket: it would end this program if a port were in use
    return make_server("", number, app, True, request_handler=handler, fd=listener.detach())


def _app(folder: Path) -> Callable:
    @Request.application
    def app(request: Request) -> Response:
        return send_from_directory(folder, request.path.lstrip("/"), request.environ)

    return app


class _Handler(WSGIRequestHandler):
    """One connection; tell hears of its requests."""

    tell: Tell

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say who asks for what."""
        self.tell(f'{self.address_string()} "{self.requestline}" {code}')

    def log(self, type: str, message: str, *args: object) -> None:
        """Say what went wrong with a connection."""
        self.tell(f"{self.address_string()} {message % args}")
