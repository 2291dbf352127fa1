# SPDX-License-Identifier: MIT
"""What every target can do: type to the firmware and read what it prints."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from upyfw.base.errors import UpyfwError
from upyfw.targets import prompts
from upyfw.targets.inbox import Inbox, Sink

# Output this long is enough to show what a target was doing when it did not answer
_TAIL_BYTES = 400


class TargetError(UpyfwError):
    """A target that did not answer in time."""


class TargetStopped(TargetError):
    """A target that runs no more: no power, ended, or crashed."""


class Target(ABC):
    """A running firmware. Use it in a `with` statement, or call start and stop."""

    def __init__(self) -> None:
        self._inbox = Inbox()
        self._seen = self._inbox.data
        self._sink: Sink | None = None

    @property
    def output(self) -> bytes:
        """All bytes printed so far."""
        return bytes(self._seen)

    @property
    def ended(self) -> str | None:
        """Why nothing runs any more, or None."""
        return self._inbox.ended

    @abstractmethod
    def start(self) -> None:
        """Start the firmware. Output is read by the other calls."""

    @abstractmethod
    def stop(self) -> None:
        """End it. Does nothing if it is not running."""

    @abstractmethod
    def send(self, data: bytes) -> None:
        """Type data; its effect is seen when the target is read next."""

    def read_until(
        self,
        pattern: re.Pattern[bytes],
        timeout: float = 30.0,
        *,
        settle: float | None = None,
        quiet: float | None = None,
    ) -> bytes:
        """Run until pattern is in the output that was not read yet.

        timeout, settle and quiet are seconds of the target's own time. With settle the pattern
        counts only once output has been quiet for so long. With quiet, output that has been
        quiet for so long ends the wait too. Returns the output up to the end of the match, or
        all of it. Raises TargetError after timeout, TargetStopped if the target stopped.
        """
        return self._wait(pattern, timeout, settle, quiet)

    def read_quiet(self, quiet: float, timeout: float = 30.0) -> bytes:
        """Run until output has been quiet for that many seconds; returns what came."""
        return self._wait(None, timeout, None, quiet)

    @abstractmethod
    def _wait(
        self,
        pattern: re.Pattern[bytes] | None,
        timeout: float,
        settle: float | None,
        quiet: float | None,
    ) -> bytes:
        """Do what read_until says; without a pattern only quiet ends it well."""

    def stream(self, sink: Sink | None) -> None:
        """Run in real time by itself, output going to sink too as it comes; None ends that."""
        self._sink = sink

    def wait_prompt(self, timeout: float = 30.0, quiet: float | None = None) -> bytes:
        """Run until a prompt is the last thing printed; returns the output up to there."""
        return self.read_until(prompts.ANY, timeout, settle=0.002, quiet=quiet)

    def enter(self, line: str, timeout: float = 30.0) -> None:
        """Type a line at the prompt and read its echo: it is drawn anew while it is typed."""
        self.send(line.encode() + b"\r")
        self.read_until(prompts.echo_end(line), timeout)

    def run(self, line: str, timeout: float = 30.0) -> str:
        """Type a line at the prompt and return what it printed, without echo and prompt."""
        self.enter(line, timeout)
        return command_output(self.wait_prompt(timeout).decode(errors="replace"))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def command_output(text: str) -> str:
    """Cut the prompt off the end of a command's output."""
    body, newline, _ = text.replace("\r\n", "\n").rpartition("\n")
    return body + newline


def short(error: UpyfwError) -> str:
    """Return what went wrong, without what was awaited and the last output."""
    if isinstance(error, TargetError) and not isinstance(error, TargetStopped):
        return "its console does not answer"
    what = error.what.partition("; its last output was ")[0]
    # without its name
    return what.partition(": ")[2] or what if isinstance(error, TargetStopped) else what


def check_reason(name: str, reason: str, wanted: str, detail: str, output: bytes) -> None:
    """Raise TargetStopped or TargetError unless a wait ended with 'pattern' or 'quiet'."""
    if reason in ("pattern", "quiet"):
        return
    tail = bytes(output[-_TAIL_BYTES:]).decode(errors="replace")
    if reason == "stopped":
        raise TargetStopped(f"{name}: stopped ({detail}); its last output was {tail!r}")
    raise TargetError(f"{name}: no {wanted} within {detail}; its last output was {tail!r}")
