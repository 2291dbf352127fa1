# SPDX-License-Identifier: MIT
"""Targets that run by themselves: a thread reads what they print."""

from __future__ import annotations

import re
import threading

from upyfw.targets.base import Target, check_reason
from upyfw.targets.inbox import Sink


class Streamed(Target):
    """A target whose thread gives all output to _show(), and _inbox.end() the reason at its end.

    name: what errors call it.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._reader: threading.Thread | None = None
        # held while output goes to the inbox and to the sink, so that none gets past the sink
        self._showing = threading.Lock()

    def stream(self, sink: Sink | None) -> None:
        """Give what was not read yet, and then all output as it comes, to sink; None ends that."""
        with self._showing:
            if sink is not None:
                sink(self._inbox.unread())
            super().stream(sink)

    def _show(self, data: bytes) -> None:
        """Take output. Called by the thread that reads."""
        with self._showing:
            self._inbox.put(data)
            if self._sink is not None and data:
                self._sink(data)

    def _wait(
        self,
        pattern: re.Pattern[bytes] | None,
        timeout: float,
        settle: float | None,
        quiet: float | None,
    ) -> bytes:
        reason, data = self._inbox.wait(pattern, timeout, settle, quiet)
        wanted = repr(pattern.pattern) if pattern else "silence"
        check_reason(self._name, reason, wanted, self.ended or f"{timeout:g} s", self._seen)
        return data
