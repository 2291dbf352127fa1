# SPDX-License-Identifier: MIT
"""The shell of a board at its prompt, over a cable or a network, and what it says of itself."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from serial import SerialException

from upyfw.base.errors import UpyfwError
from upyfw.flash import serial_ports
from upyfw.release.sites import Report, Served, Site
from upyfw.remote.place import Place
from upyfw.remote.telnet import Telnet
from upyfw.targets import asked_blocks, prompts, serial_blocks
from upyfw.targets.base import Target, TargetError, TargetStopped
from upyfw.targets.serial_port import SerialPort

_PROMPT_S = 10.0
_QUIET_S = 2.0
# a note of how far an update came is written, files of the board are compared
_LOAD_S = 900.0
_LOG_IN_S = 30.0
_SETTLE_S = 0.05
_TRIES = 3
CTRL_C = b"\x03"
# what Ctrl-C does not end, or who prints without a pause
_BUSY_HINT = (
    "leave what has it (:q! leaves vi, Ctrl-B the raw REPL), kill jobs that print: ./upyfw monitor"
)
_BARE_HINT = "start upyOS: ./upyfw monitor, then Ctrl-D"
_ASKED = re.compile(rb"(?:Login: |Password: |Login incorrect\r\n|%s)" % prompts.ANY.pattern)


class Console(Protocol):
    """A way to one board."""

    # what it is called, and how long a restart takes to be seen
    name: str
    leaves_s: float

    def open(self, interrupt: bool) -> contextlib.AbstractContextManager[Target]:
        """Give the shell at its prompt; UpyfwError if it is not to be had.

        interrupt: end the program that has the console.
        """

    def upgrade(self, target: Target, flags: str, report: Report) -> tuple[str, str]:
        """Have the board load what is offered; return (where from, what it printed)."""


class Cable:
    """A serial port. The board asks for files over its console, in blocks."""

    # the port of a bridge stays while a board swaps its firmware
    leaves_s = 120.0

    def __init__(self, path: str, baud: int, site: Site) -> None:
        self.name = path
        self._baud = baud
        self._site = site
        # the board's own, which it keeps when its port gets another name
        self._identity = serial_ports.identity(path)

    @contextlib.contextmanager
    def open(self, interrupt: bool) -> Iterator[Target]:
        path = serial_ports.now_at(self.name, self._identity)
        serial_ports.check(path)
        target = SerialPort(path, self._baud)
        try:
            target.start()
        except SerialException as exc:
            raise UpyfwError(f"{path}: {exc}") from None
        try:
            at_prompt(target, interrupt)
            yield target
        finally:
            target.stop()

    def upgrade(self, target: Target, flags: str, report: Report) -> tuple[str, str]:
        waits = serial_ports.has_flow_control(serial_ports.now_at(self.name, self._identity))
        size = asked_blocks.LONG_BLOCK_BYTES if waits else serial_blocks.BLOCK_BYTES
        line = f"upgrade -y{flags} -u -"
        return "-", asked_blocks.serve(target, line, self._site.content, report, size)


class Net:
    """A telnet service. The board loads from this machine over http.

    password: asks the user for it, if the board wants one. here: where the board finds this
    machine, if that is not the address that it is reached from.
    """

    # it says nothing when it goes; its services stop before that
    leaves_s = 3.0

    def __init__(
        self,
        name: str,
        place: Place,
        user: str,
        password: Callable[[], str],
        served: Served,
        here: Place | None = None,
    ) -> None:
        self.name = name
        self._place = place
        self._user = user
        self._ask = password
        self._password: str | None = None
        self._served = served
        self._here = here

    @contextlib.contextmanager
    def open(self, interrupt: bool) -> Iterator[Target]:
        with Telnet(self._place) as target:
            if not self._log_in(target):
                at_prompt(target, interrupt)
            yield target

    def _log_in(self, target: Target) -> bool:
        """Log in, if the board asks for it; return whether the prompt is there."""
        sent = False
        while True:
            try:
                seen = target.read_until(_ASKED, _LOG_IN_S if sent else _QUIET_S * 2)
            except TargetStopped:
                raise
            except TargetError:
                # nobody asks, and there is no prompt: a program has the console
                return False
            if seen.endswith(b"Login: ") and not sent:
                target.send(self._user.encode() + b"\r")
            elif seen.endswith(b"Password: ") and not sent:
                if self._password is None:
                    self._password = self._ask()
                target.send(self._password.encode() + b"\r")
                sent = True
            elif seen.endswith((b"Login: ", b"incorrect\r\n")):
                raise UpyfwError(f"{self._place}: the password of {self._user} is another one")
            else:
                return True

    def upgrade(self, target: Telnet, flags: str, report: Report) -> tuple[str, str]:
        here = self._here or Place(target.own_address, self._served.port)
        host = f"[{here.host}]" if ":" in here.host else here.host
        base = f"http://{host}:{here.port}{self._served.visit(report)}"
        return base, run(target, f"upgrade -y{flags} -u {base}", _LOAD_S)


def at_prompt(target: Target, interrupt: bool) -> None:
    """Wait for the shell's prompt; UpyfwError if it is not to be had."""
    try:
        seen = _prompt(target, interrupt)
    except TargetStopped:
        raise
    except TargetError:
        raise UpyfwError("its console shows no prompt", _BUSY_HINT) from None
    if prompts.BARE.search(seen):
        raise UpyfwError("it is at MicroPython's prompt, not at the shell's", _BARE_HINT)


def _prompt(target: Target, interrupt: bool) -> bytes:
    """Return output that ends with a prompt."""
    if interrupt:
        # a program in the foreground, or a line that is half typed
        target.send(CTRL_C)
    else:
        try:
            return target.read_until(prompts.ANY, _QUIET_S, settle=_SETTLE_S)
        except TargetStopped:
            raise
        except TargetError:
            # it was drawn before this console was open
            target.send(b"\r")
    return target.read_until(prompts.ANY, _PROMPT_S, settle=_SETTLE_S)


def run(target: Target, line: str, limit_s: float = 30.0) -> str:
    """Type a line at the prompt; return what it printed, with lines that end as here."""
    # what came since, of a job or of a trial that ended
    target.read_quiet(_SETTLE_S)
    target.enter(line)
    found = target.read_until(prompts.ANY, limit_s, settle=_SETTLE_S)
    return found.decode(errors="replace").replace("\r\n", "\n")


@dataclass(frozen=True)
class Facts:
    """What a board says of its firmware."""

    version: str
    board: str
    is_on_trial: bool


def facts(target: Target) -> Facts:
    """Ask a board at its prompt. UpyfwError if it is not one that can be upgraded."""
    for _ in range(_TRIES):
        said = run(target, "upgrade status")
        match = re.search(r"^Version: (\S+), (\S*)$", said, re.MULTILINE)
        if match:
            return Facts(match[1], match[2], "Trial:   yes" in said)
        # a line of somebody else's came in between, with a prompt behind it
    raise UpyfwError("it knows no `upgrade status`", "is it upyOS 0.2.0 or later?")


def became(target: Target) -> str:
    """Return what the log of a board says of its last upgrade since the start, or nothing."""
    said = re.findall(r"^[\d:]+ upgrade: (.*)$", run(target, "dmesg"), re.MULTILINE)
    return said[-1] if said else ""
