# SPDX-License-Identifier: MIT
"""New firmware onto one board, from the question to the end of its trial."""

from __future__ import annotations

import contextlib
import enum
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from upyfw.base.errors import UpyfwError
from upyfw.release.sites import Site
from upyfw.remote import consoles
from upyfw.remote.consoles import CTRL_C, Console, Facts
from upyfw.targets.base import Target, TargetError, short

_LOOK_S = 1.0
_TRIED = "The new firmware is tried at the next reset."
_DONE = "100% Upgrade complete"
_NOTHING = "Nothing to upgrade"
_CONFIRMED = "confirmed"
_CABLE = "This board has one slot"
_ONE_SLOT = "it has one slot: firmware goes there by cable"
# a board whose connection broke while it loaded has so long to answer again
_AGAIN_S = 40.0


class _Left(ConnectionError):
    """Nobody wants this push any more; to a server of files: the connection is of no use."""


class End(enum.Enum):
    """What became of a push, as the user reads it."""

    UPDATED = "updated"
    CURRENT = "up to date"
    FILES = "files only"
    REFUSED = "refused"
    HELD = "loaded, not restarted"
    WENT_BACK = "went back"
    LOST = "did not come back"
    LEFT = "not touched"
    BROKEN = "broken off here"


# those that nothing is wrong with
GOOD = (End.UPDATED, End.CURRENT, End.FILES)
# those after which no other board is to be touched
BAD = (End.WENT_BACK, End.LOST)

# what is done, fraction
Tell = Callable[[str, float | None], None]


@dataclass
class Result:
    """How a push ended; why: one line, or nothing. hint: what to do about it, or None."""

    name: str
    before: Facts | None = None
    version: str = ""
    end: End = End.LEFT
    why: str = ""
    hint: str | None = None


class Push:
    """One board and its console.

    flags: further options of the board's command. wait_s: how long it may take from its restart to
    the end of the trial.
    """

    def __init__(self, console: Console, site: Site, flags: str, wait_s: float) -> None:
        self._console = console
        self._site = site
        self._flags = flags
        self._wait_s = wait_s
        # while it loads
        self._loading: Target | None = None
        self._has_loaded = threading.Event()
        self._is_left = False
        self.result = Result(console.name)

    @property
    def name(self) -> str:
        """What the board is called."""
        return self._console.name

    def ask(self) -> None:
        """Ask the board what it runs, before anything is done. The result says if it is not it."""
        try:
            with self._console.open(True) as target:
                found = consoles.facts(target)
        except UpyfwError as exc:
            self._end(End.REFUSED, short(exc), exc.hint)
            return
        self.result.before = found
        self.result.version = found.version

    def run(self, tell: Tell, may_restart: Callable[[], bool]) -> None:
        """Do it; the result says how it ended. may_restart is asked when all is loaded."""
        # what Ctrl-C leaves of it
        self._end(End.BROKEN)
        try:
            with self._console.open(True) as target:
                if not self._load(target, tell):
                    return
                if not may_restart():
                    self._end(End.HELD, "its next reset tries it")
                    return
                tell("restarts", None)
                self._restart(target)
        except UpyfwError as exc:
            tell("waits for it", None)
            self._end(End.REFUSED if self._answers() else End.LOST, short(exc), exc.hint)
            return
        self._await(tell)

    def leave(self, limit_s: float) -> None:
        """Have the board end what it loads, so that its prompt comes, and wait for that.

        Called by another thread.
        """
        self._is_left = True
        if target := self._loading:
            with contextlib.suppress(TargetError):
                target.send(CTRL_C)
            self._has_loaded.wait(limit_s)

    def _answers(self) -> bool:
        """Tell whether a board that broke off is there; what it ran was not touched."""
        until_s = time.monotonic() + _AGAIN_S
        while True:
            try:
                with self._console.open(False):
                    return True
            except UpyfwError:
                if time.monotonic() > until_s:
                    return False
                time.sleep(_LOOK_S)

    def _end(self, end: End, why: str = "", hint: str | None = None) -> None:
        self.result.end = end
        self.result.why = why
        self.result.hint = hint

    def _load(self, target: Target, tell: Tell) -> bool:
        """Have it load all; return whether a restart is wanted."""

        def report(path: str, done: int, total: int) -> None:
            if self._is_left:
                raise _Left
            is_image = path in self._site.images.values()
            tell("loads firmware" if is_image else "loads files", done / (total or 1))

        tell("loads files", 0.0)
        self._loading = target
        try:
            base, said = self._console.upgrade(target, self._flags, report)
        except _Left:
            return False
        finally:
            self._loading = None
            self._has_loaded.set()
        if self._is_left:
            return False
        if _TRIED in said:
            return True
        if _CABLE in said and self.result.version != self._site.version:
            self._end(End.REFUSED, _ONE_SLOT)
        elif _DONE in said:
            self._end(End.FILES)
        elif _NOTHING in said:
            self._end(End.CURRENT)
        else:
            self._end(End.REFUSED, _reason(said, base))
        return False

    def _restart(self, target: Target) -> None:
        """Reset it, and see it go: the connection ends, or a new start comes to its prompt."""
        target.send(b"reboot -f\r")
        try:
            target.read_until(re.compile(rb"\n"))
            target.wait_prompt(self._console.leaves_s)
        except TargetError:
            # over a network nobody says that it has gone
            pass

    def _await(self, tell: Tell) -> None:
        """Wait until the board is back and has ended its trial."""
        until_s = time.monotonic() + self._wait_s
        self._end(End.LOST, "nothing is heard of it")
        while time.monotonic() < until_s:
            try:
                # a key would end its init.sh
                with self._console.open(False) as target:
                    while not self._is_over(target, tell) and time.monotonic() < until_s:
                        time.sleep(_LOOK_S)
            except UpyfwError:
                tell("waits for it", None)
            if self.result.end is not End.LOST:
                return
            time.sleep(_LOOK_S)

    def _is_over(self, target: Target, tell: Tell) -> bool:
        """Look at a board that is back; tell whether its end is certain."""
        now = consoles.facts(target)
        self.result.version = now.version
        self.result.why = f"{now.version} runs"
        if now.is_on_trial:
            tell("on trial", None)
            self.result.why = f"{now.version} is still on trial"
            return False
        said = consoles.became(target)
        if said and not said.startswith(_CONFIRMED):
            self._end(End.WENT_BACK, said.removeprefix(f"{End.WENT_BACK.value}: "))
        elif now.version == self._site.version and (said or now != self.result.before):
            self._end(End.UPDATED)
        return self.result.end is not End.LOST


def _reason(said: str, base: str) -> str:
    """Return why a board refused, in its own words without its command and the address."""
    lines = re.findall(r"^upgrade: (.*)$", said, re.MULTILINE)
    if not lines:
        return "its upgrade ended without a word"
    return lines[-1].removeprefix(base + ": ")
