# SPDX-License-Identifier: MIT
"""The host at the other end of an emulated board's USB cable, as far as it has a network."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_WALL_S = 120.0
# emulated seconds
_LIMIT_S = 10.0


@dataclass(frozen=True)
class Exchanged:
    """What came over a connection, why it ended, and how much emulated time it took.

    reason: True (the board closed it), False (as many bytes as asked for), 'reset', 'timed out',
    or 'max_ms' (the limit).
    """

    data: bytes
    reason: bool | str
    seconds: float


class Cable:
    """What the host does: ask is the emulator's way to send a command.

    But for `forward` and `reach`, which need a machine that runs in real time, the machine runs
    only inside these calls; limits are emulated seconds.
    """

    def __init__(self, ask: Callable[..., dict[str, Any]]) -> None:
        self._ask = ask

    def _net(self, what: str, **args: Any) -> dict[str, Any]:
        return self._ask("net", what=what, **args)

    def _run(self, what: str, limit: float, **args: Any) -> dict[str, Any]:
        return self._net(what, max_ms=limit * 1000, wall_s=_WALL_S, **args)

    def state(self) -> dict[str, Any]:
        """Return present, up, ip, board, lease, mac and counts of frames."""
        return self._net("state")

    def wait(self, limit: float = _LIMIT_S) -> bool:
        """Run until the host has an address; False if it gets none."""
        return self._run("wait", limit)["up"]

    def use_dhcp(self, on: bool) -> None:
        """Let the host ask for an address, or take one by itself, at its next connection."""
        self._net("dhcp", on=on)

    def know(self, board: str) -> None:
        """Tell the host the board's address: without DHCP it does not know it."""
        self._net("board", ip=board)

    def ping(self, data: bytes, limit: float = _LIMIT_S) -> bool | None:
        """Send an echo request: True for a good answer, False for a bad one, None for none."""
        return self._run("ping", limit, data=_text(data))["reply"]

    def ask_udp(
        self, ip: str, port: int, data: bytes, limit: float = _LIMIT_S, *, from_port: int = 50000
    ) -> tuple[str, bytes] | None:
        """Send a datagram and return (address, data) of the answer to its port, or None."""
        args = {"ip": ip, "port": port, "from_port": from_port, "data": _text(data)}
        reply = self._run("udp", limit, **args)
        return None if reply["data"] is None else (reply["from"], _bytes(reply["data"]))

    def exchange(
        self,
        port: int,
        data: bytes = b"",
        size: int | None = None,
        *,
        end: bool = False,
        keep: bool = False,
        limit: float = _LIMIT_S,
    ) -> Exchanged:
        """Open a connection, send data, and take size bytes, or all until the board closes it.

        end: close this end once the data is sent. keep: do not break it off afterwards. Raises
        TargetError if there is no way to it.
        """
        args: dict[str, Any] = {} if size is None else {"bytes": size}
        args |= {"port": port, "data": _text(data), "end": end, "keep": keep}
        reply = self._run("exchange", limit, **args)
        return Exchanged(_bytes(reply["data"]), reply["reason"], reply["nanos"] / 1e9)

    def open(self, port: int) -> Talk:
        """Open a connection to talk over. Raises TargetError if there is no way to the board."""
        number = self._net("open", port=port)["number"]
        return Talk(lambda limit, **args: self._run("talk", limit, number=number, **args))

    def send_block(self, block: bytes) -> None:
        """Send the bytes of a transfer block as they are, whatever is in them."""
        self._net("block", data=_text(block))

    def plug(self, plugged: bool) -> None:
        """Put the cable in, or pull it out."""
        self._net("cable", plugged=plugged)

    def forward(self, port: int, host_port: int = 0) -> int:
        """Listen on the loopback interface for a port of the board; returns the number."""
        return self._net("forward", port=port, host_port=host_port)["host_port"]

    def reach(self, port: int, host_port: int) -> None:
        """Let the board reach a port of the loopback interface as a port of its host."""
        self._net("reach", port=port, host_port=host_port)


class Talk:
    """An open connection to the board: say is the way to the host's end of it."""

    def __init__(self, say: Callable[..., dict[str, Any]]) -> None:
        self._say = say

    def say(
        self,
        data: bytes = b"",
        until: bytes | None = None,
        size: int | None = None,
        *,
        end: bool = False,
        limit: float = _LIMIT_S,
    ) -> Exchanged:
        """Send data, and take what comes up to a text, size bytes, or all until it is closed."""
        args: dict[str, Any] = {} if size is None else {"bytes": size}
        args |= {} if until is None else {"until": _text(until)}
        reply = self._say(limit, data=_text(data), end=end, **args)
        return Exchanged(_bytes(reply["data"]), reply["reason"], reply["nanos"] / 1e9)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
