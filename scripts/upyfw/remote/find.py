# SPDX-License-Identifier: MIT
"""The boards of this network, by mDNS and DNS-SD (RFC 6762, 6763)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from zeroconf import ServiceBrowser, ServiceInfo, ServiceListener, Zeroconf

# what boards announce (docs/spec/behaviour.md 9)
KINDS = ("_telnet", "_ftp", "_http")
_SUFFIX = "._tcp.local."
# other machines have such services too
_PREFIX = "upyos-"
_ASK_MS = 1500


@dataclass
class Board:
    """A board that answered; services: kind without its underscore → port."""

    name: str
    addresses: list[str] = field(default_factory=list)
    services: dict[str, int] = field(default_factory=dict)


class _Listener(ServiceListener):
    """Notes what is announced. Called by a thread of zeroconf's."""

    def __init__(self) -> None:
        self.heard: set[tuple[str, str]] = set()

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.heard.add((type_, name))

    update_service = add_service

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.heard.discard((type_, name))


def boards(wait_s: float, zeroconf: Zeroconf | None = None) -> list[Board]:
    """Return the boards that answer within a time, by name."""
    mine = zeroconf or Zeroconf()
    try:
        listener = _Listener()
        ServiceBrowser(mine, [kind + _SUFFIX for kind in KINDS], listener)
        time.sleep(wait_s)
        heard = sorted(listener.heard)
        infos = [mine.get_service_info(kind, name, _ASK_MS) for kind, name in heard]
    finally:
        if zeroconf is None:
            mine.close()
    return merged([info for info in infos if info is not None])


def merged(infos: list[ServiceInfo]) -> list[Board]:
    """Return the boards among announcements, each with all of its services."""
    found: dict[str, Board] = {}
    for info in infos:
        host = (info.server or "").rstrip(".")
        if not host.lower().startswith(_PREFIX):
            continue
        board = found.setdefault(host, Board(host))
        board.services[info.type.removesuffix(_SUFFIX).lstrip("_")] = info.port
        known = board.addresses
        known += [one for one in info.parsed_scoped_addresses() if one not in known]
    return [found[name] for name in sorted(found)]
