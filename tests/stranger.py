# SPDX-License-Identifier: MIT
"""A device at a serial port that answers nothing."""

import os
import pty
import select
import tty


class Stranger:
    """A silent device at a pseudo-terminal."""

    def __init__(self) -> None:
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)

    def got(self) -> bytes:
        """What was sent to it."""
        ready, _, _ = select.select([self._master], [], [], 0)
        return os.read(self._master, 4096) if ready else b""

    def close(self) -> None:
        """Take it away."""
        os.close(self._slave)
        os.close(self._master)
