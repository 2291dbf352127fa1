# SPDX-License-Identifier: MIT
"""What a target printed: filled by one thread, waited for by another."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable


class Inbox:
    """All output of a target, the part that was read, and whether more can come."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.ended: str | None = None
        self._read_bytes = 0
        self._changed = threading.Condition()
        self._last_s = time.monotonic()

    def put(self, data: bytes) -> None:
        """Add output that is still to be read."""
        with self._changed:
            self.data += data
            self._last_s = time.monotonic()
            self._changed.notify_all()

    def put_read(self, data: bytes) -> None:
        """Add output that its reader already has."""
        with self._changed:
            self.data += data
            self._read_bytes = len(self.data)

    def unread(self) -> bytes:
        """Return the output that was not read yet; it counts as read then."""
        with self._changed:
            data = bytes(self.data[self._read_bytes :])
            self._read_bytes = len(self.data)
            return data

    def end(self, reason: str | None) -> None:
        """Say that no more output can come (why), or with None that it can again."""
        with self._changed:
            self.ended = reason
            self._changed.notify_all()

    def wait(
        self,
        pattern: re.Pattern[bytes] | None,
        timeout: float,
        settle: float | None,
        quiet: float | None,
    ) -> tuple[str, bytes]:
        """Wait as Target.read_until says, in real time.

        Returns why it ended ('pattern', 'quiet', 'stopped' or 'timeout') and what was read.
        """
        start = time.monotonic()
        with self._changed:
            while True:
                reason, wait_s = self._state(pattern, start, timeout, settle, quiet)
                if reason:
                    return reason, self._take(pattern if reason == "pattern" else None)
                self._changed.wait(wait_s)

    def _state(
        self,
        pattern: re.Pattern[bytes] | None,
        start: float,
        timeout: float,
        settle: float | None,
        quiet: float | None,
    ) -> tuple[str, float]:
        """Why the wait is over ('' if it is not), and how long nothing can end it but output."""
        now = time.monotonic()
        since = now - self._last_s
        waits = [start + timeout - now]
        if pattern is not None:
            if since >= (settle or 0) and pattern.search(self.data, self._read_bytes):
                return "pattern", 0
            if settle is not None and since < settle:
                waits.append(settle - since)
        if self.ended is not None:
            return "stopped", 0
        if quiet is not None:
            waits.append(quiet - (now - max(self._last_s, start)))
            if waits[-1] <= 0:
                return "quiet", 0
        return ("timeout" if waits[0] <= 0 else ""), min(waits)

    def _take(self, pattern: re.Pattern[bytes] | None) -> bytes:
        match = pattern.search(self.data, self._read_bytes) if pattern else None
        start = self._read_bytes
        self._read_bytes = match.end() if match else len(self.data)
        return bytes(self.data[start : self._read_bytes])


Sink = Callable[[bytes], None]
