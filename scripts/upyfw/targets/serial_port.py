# SPDX-License-Identifier: MIT
"""A board at a serial port of this machine."""

from __future__ import annotations

import contextlib
import threading

from serial import Serial, SerialException

from upyfw.targets.base import TargetError
from upyfw.targets.streamed import Streamed

_POLL_S = 0.1


class SerialPort(Streamed):
    """A running board; nothing is sent to it by itself, and it is not reset.

    Output of before the start is lost: the port was not open.
    """

    def __init__(self, path: str, baud: int) -> None:
        super().__init__(path)
        self._path = path
        self._baud = baud
        self._port: Serial | None = None

    def start(self) -> None:
        """Open the port. SerialException if it cannot be opened."""
        self._port = Serial(self._path, self._baud, timeout=_POLL_S, exclusive=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def stop(self) -> None:
        """Close the port."""
        port, self._port = self._port, None
        if port is None:
            return
        self._reader.join()
        port.close()

    def send(self, data: bytes) -> None:
        """Type data; lost if the port has gone."""
        if self._port is None:
            raise TargetError(f"{self._path}: not open")
        with contextlib.suppress(SerialException):
            self._port.write(data)

    def _read(self) -> None:
        """Pass output on until the port is closed or gone. Run by a thread."""
        while (port := self._port) is not None:
            try:
                data = port.read(max(1, port.in_waiting))
            except OSError:
                # pulled out; SerialException is one
                self._inbox.end("the port has gone: pulled out, or the board was reset")
                return
            self._show(data)
