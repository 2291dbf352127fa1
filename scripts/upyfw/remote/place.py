# SPDX-License-Identifier: MIT
"""Where a board is, as users write it: HOST, HOST:PORT, [ADDRESS]:PORT."""

import re
from dataclasses import dataclass

from upyfw.base.errors import BadInput

_FORM = re.compile(r"(?:\[(?P<six>[^\]]+)\]|(?P<host>[^:\[\]/]+))(?::(?P<port>\d{1,5}))?")


@dataclass(frozen=True)
class Place:
    """A host and a port of it."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def of(text: str, usual_port: int) -> Place:
    """Return what a user means. BadInput if it is no place."""
    match = _FORM.fullmatch(text)
    port = int(match["port"] or usual_port) if match else 0
    host = match and (match["six"] or match["host"])
    if not host or not _can_be_asked_for(host) or not 0 < port < 65536:
        raise BadInput(f"{text!r} is no HOST or HOST:PORT")
    return Place(host, port)


def _can_be_asked_for(host: str) -> bool:
    """Tell whether a name can be looked up at all: each of its parts has 1 to 63 characters."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True
