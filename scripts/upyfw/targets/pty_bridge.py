# SPDX-License-Identifier: MIT
"""A running target as a serial port: a pseudo-terminal that host tools can open."""

from __future__ import annotations

import os
import pty
import select
import threading
import tty
from types import TracebackType
from typing import Self

from upyfw.targets.base import Target

_READ_BYTES = 4096
_POLL_S = 0.1
# Output that no program takes for so long is lost, as on a serial port that is not open
_PATIENCE_S = 1.0


class PtyBridge:
    """Connect a started target to a new pseudo-terminal; `path` is what host tools open.

    While the bridge is open the target runs in real time by itself.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._master, self._slave = pty.openpty()
        # the slave stays open here: a tool that closes it must not end the bridge
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._pass_input, daemon=True)

    def __enter__(self) -> Self:
        self._target.stream(self._pass_output)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._thread.join()
        self._target.stream(None)
        os.close(self._master)
        os.close(self._slave)

    def _pass_input(self) -> None:
        while not self._closing.is_set():
            ready, _, _ = select.select([self._master], [], [], _POLL_S)
            if ready:
                self._target.send(os.read(self._master, _READ_BYTES))

    def _pass_output(self, data: bytes) -> None:
        """Write to the terminal. Called by the thread that reads from the target."""
        while data:
            _, ready, _ = select.select([], [self._master], [], _PATIENCE_S)
            if not ready or self._closing.is_set():
                return
            try:
                data = data[os.write(self._master, data) :]
            except BlockingIOError:
                continue
