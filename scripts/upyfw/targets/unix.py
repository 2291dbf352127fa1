# SPDX-License-Identifier: MIT
"""upyOS as a process of this machine, on a pseudo-terminal, started again when it resets."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import subprocess
import termios
import threading
from pathlib import Path

from upyfw.targets.base import TargetError
from upyfw.targets.streamed import Streamed

# Exit status by which the firmware asks to be started again (ports/unix/README.md)
_RESET_STATUS = 75
_START = 'import sys; sys.path[:] = [".frozen"]; import main'
_HEAP = "512K"
_READ_BYTES = 65536
_POLL_S = 0.2
_STOP_LIMIT_S = 2.0


class Unix(Streamed):
    """The firmware of the unix port with a file as its flash.

    program: the built firmware. flash: littlefs image; the process writes to it. environment: what
    is added to that of this process.
    """

    def __init__(
        self,
        program: Path,
        flash: Path,
        *,
        heap: str = _HEAP,
        environment: dict[str, str] | None = None,
    ) -> None:
        super().__init__("UNIX")
        self._environment = environment or {}
        self._program = program
        self._flash = flash
        self._heap = heap
        self._process: subprocess.Popen[bytes] | None = None
        self._master = -1
        self._stopping = False
        self.resets = 0

    def start(self) -> None:
        """Start the process; it runs by itself from now on."""
        self._stopping = False
        self._launch()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def stop(self) -> None:
        """End the process: hang up, and kill it if it does not go."""
        self._stopping = True
        reader, self._reader = self._reader, None
        if reader is None:
            return
        assert self._process
        self._process.terminate()
        try:
            self._process.wait(_STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        reader.join()

    def reset(self) -> None:
        """Reset as a button does: end the process, whatever it does, and start it again."""
        self.stop()
        self._inbox.end(None)
        self.start()

    def signal(self, number: int) -> None:
        """Send a signal to the process."""
        assert self._process
        self._process.send_signal(number)

    def send(self, data: bytes) -> None:
        """Type data on the terminal; lost if the process is between two starts."""
        if self._reader is None:
            raise TargetError("UNIX: not started")
        with contextlib.suppress(OSError):
            os.write(self._master, data)

    def flash_image(self) -> bytes:
        """Return what is in the flash file."""
        return self._flash.read_bytes()

    def _launch(self) -> None:
        master, slave = pty.openpty()
        command = [str(self._program), "-X", f"heapsize={self._heap}", "-i", "-c", _START]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                env=os.environ | self._environment | {"UPYOS_FLASH": str(self._flash.absolute())},
                start_new_session=True,
                preexec_fn=_take_terminal,
            )
        except OSError as error:
            os.close(master)
            raise TargetError(f"{self._program}: {error.strerror}") from error
        finally:
            os.close(slave)
        self._master = master

    def _read(self) -> None:
        """Pass output on until the process has ended for good. Run by a thread."""
        while True:
            self._drain()
            assert self._process
            status = self._process.wait()
            os.close(self._master)
            if status != _RESET_STATUS or self._stopping:
                break
            self.resets += 1
            self._launch()
        self._inbox.end(f"exit status {status}")

    def _drain(self) -> None:
        assert self._process
        while True:
            ready, _, _ = select.select([self._master], [], [], _POLL_S)
            if not ready:
                if self._process.poll() is not None:
                    return
                continue
            try:
                data = os.read(self._master, _READ_BYTES)
            except OSError:
                # EIO: the last descriptor of the other side was closed
                return
            self._show(data)


def _take_terminal() -> None:
    """Make the pseudo-terminal the controlling one: Ctrl-C is a signal. Runs in the child."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
