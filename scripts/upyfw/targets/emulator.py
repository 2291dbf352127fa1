# SPDX-License-Identifier: MIT
"""The emulated RP2040 board: a Node process that is spoken to in JSON lines.

The machine only runs inside `read_until`, `read_quiet` and `advance`, and all times are emulated
seconds: the same calls give the same output and the same cycle counts every time.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from upyfw.errors import UpyfwError
from upyfw.targets.base import Target, TargetError, no_answer

_SERVE = Path(__file__).resolve().parents[2] / "emulator" / "serve.mjs"
# A run of the machine ends after that much real time, whatever the emulated time is
_WALL_S = 120.0


class Emulator(Target):
    """An RP2040 board in the emulator.

    firmware: UF2 file or raw image that starts at offset 0. flash: raw image of the flash as
    `flash_image` gives it, in place of firmware. parts: (offset in flash, file) written over
    that, e.g. a file system image. cut_after: power goes away when so many flash operations
    (an erased sector or a programmed page is one) are done; torn leaves the last one half done.
    """

    def __init__(
        self,
        firmware: Path | None,
        flash: Path | None = None,
        cut_after: int | None = None,
        *,
        node_modules: Path,
        torn: bool = False,
        parts: Sequence[tuple[int, Path]] = (),
        flash_bytes: int = 2 * 1024 * 1024,
        node: str | None = None,
    ) -> None:
        super().__init__()
        self._firmware = firmware
        self._flash = flash
        self._cut = (cut_after, torn)
        self._modules = node_modules
        self._parts = list(parts)
        self._flash_bytes = flash_bytes
        self._node = node
        self._process: subprocess.Popen[str] | None = None
        self._number = 0

    # Target

    def start(self) -> None:
        """Start the machine: power on, nothing executed yet."""
        self._process = subprocess.Popen(
            self._command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        first = self._receive()
        if first.get("event") != "ready":
            self.stop()
            raise TargetError(f"emulator: {first.get('error', 'did not start')}", status=2)
        ops, torn = self._cut
        if ops is not None:
            self.cut_after(ops, torn=torn)

    def stop(self) -> None:
        """End the Node process."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin and process.stdout
        process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def send(self, data: bytes) -> None:
        """Type data over USB at the present emulated moment."""
        self._ask("write", data=base64.b64encode(data).decode())

    def read_until(
        self,
        pattern: re.Pattern[bytes],
        timeout: float = 30.0,
        *,
        settle: float | None = None,
        quiet: float | None = None,
    ) -> bytes:
        """Run until pattern is in the output that was not read yet; see Target."""
        reply = self._run(
            pattern=pattern.pattern.decode("latin-1"),
            flags=_flags(pattern),
            settle_ms=_ms(settle),
            quiet_ms=_ms(quiet),
            max_ms=timeout * 1000,
        )
        if reply["reason"] in ("pattern", "quiet"):
            return self._take(reply)
        self._take(reply)
        raise no_answer(_explain(reply, pattern.pattern, timeout), self._seen)

    def read_quiet(self, quiet: float, timeout: float = 30.0) -> bytes:
        """Run until output has been quiet for that many emulated seconds, or the machine stops."""
        reply = self._run(quiet_ms=quiet * 1000, max_ms=timeout * 1000)
        data = self._take(reply)
        if reply["reason"] in ("max_ms", "wall_s"):
            raise no_answer(_explain(reply, b"silence", timeout), self._seen)
        return data

    # What only an emulated board has

    def advance(self, seconds: float) -> bytes:
        """Run for that much emulated time, or until the machine stops; returns the output."""
        return self._take(self._run(max_ms=seconds * 1000))

    @property
    def cycles(self) -> int:
        """Cycles executed since the start, without sleep; 125 of them are a microsecond."""
        return self.stats()["busy_cycles"]

    @property
    def clock_ns(self) -> int:
        """Emulated time since the start in nanoseconds: sleep and flash operations included."""
        return self.stats()["clock_ns"]

    @property
    def flash_ops(self) -> int:
        """Flash operations since the start: erased sectors + programmed pages."""
        return self.stats()["flash_ops"]

    @property
    def stopped(self) -> str | None:
        """None, 'power_cut', 'bootsel', or 'fault: …' (what would be a HardFault)."""
        return self.stats()["stopped"]

    def stats(self) -> dict[str, Any]:
        """Return all counters: busy_cycles, clock_ns, erases, programs, flash_ops, resets, …"""
        return self._ask("stats")

    def reset(self) -> None:
        """Reset as the watchdog does: RAM and watchdog scratch registers stay."""
        self._ask("reset")

    def power_cycle(self) -> None:
        """Power off and on: only flash stays. Ends a power cut, and forgets one to come."""
        self._ask("power_cycle")

    def cut_after(self, ops: int | None, *, torn: bool = False) -> None:
        """Cut the power when ops more flash operations are done; 0: before the next, None: not."""
        self._ask("cut_after", ops=ops, torn=torn)

    def flash_image(self) -> bytes:
        """Return the whole flash."""
        return self.flash_read(0, self._flash_bytes)

    def flash_read(self, off: int, size: int) -> bytes:
        """Return size bytes of flash from an offset."""
        return base64.b64decode(self._ask("flash_read", off=off, size=size)["data"])

    def peek(self, address: int, size: int) -> bytes:
        """Return memory at an absolute address (ROM, flash or SRAM)."""
        return base64.b64decode(self._ask("peek", address=address, size=size)["data"])

    # The protocol

    def _command(self) -> list[str]:
        node = self._node or shutil.which("node")
        if node is None:
            raise UpyfwError("Node is not installed", hint="./upyfw doctor shows what is missing")
        command = [node, str(_SERVE), "--modules", str(self._modules)]
        command += ["--flash-bytes", str(self._flash_bytes)]
        for option, path in (("--firmware", self._firmware), ("--flash", self._flash)):
            if path is not None:
                command += [option, str(path)]
        for off, path in self._parts:
            command += ["--part", f"{off}:{path}"]
        return command

    def _run(self, **args: Any) -> dict[str, Any]:
        return self._ask("run", wall_s=_WALL_S, **args)

    def _take(self, reply: dict[str, Any]) -> bytes:
        data = base64.b64decode(reply["output"])
        self._seen += data
        return data

    def _ask(self, cmd: str, **args: Any) -> dict[str, Any]:
        if self._process is None or self._process.stdin is None:
            raise TargetError("emulator: not started")
        self._number += 1
        self._process.stdin.write(json.dumps({"id": self._number, "cmd": cmd, **args}) + "\n")
        self._process.stdin.flush()
        reply = self._receive()
        if "error" in reply:
            raise TargetError(f"emulator: {reply['error']}")
        return reply

    def _receive(self) -> dict[str, Any]:
        assert self._process and self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise TargetError(f"emulator: ended with status {self._process.wait()}")
        return json.loads(line)


def save_flash(image: bytes, folder: Path | None = None) -> Path:
    """Write a flash image to a new file (in folder or the temporary directory); for flash=."""
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".bin", delete=False) as file:
        file.write(image)
    return Path(file.name)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000


def _flags(pattern: re.Pattern[bytes]) -> str:
    names = ((re.IGNORECASE, "i"), (re.MULTILINE, "m"), (re.DOTALL, "s"))
    return "".join(letter for flag, letter in names if pattern.flags & flag)


def _explain(reply: dict[str, Any], wanted: bytes, timeout: float) -> str:
    if reply["reason"] == "stopped":
        return f"emulator: stopped ({reply['stopped']})"
    if reply["reason"] == "wall_s":
        return f"emulator: no {wanted!r} after {_WALL_S:g} s of real time"
    return f"emulator: no {wanted!r} after {timeout:g} s of emulated time"
