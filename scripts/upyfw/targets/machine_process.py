# SPDX-License-Identifier: MIT
"""The Node process of an emulated machine, and the JSON lines that are spoken with it."""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from upyfw.errors import UpyfwError
from upyfw.paths import REPO
from upyfw.targets import node_modules
from upyfw.targets.base import TargetError

_SERVE = REPO / "scripts" / "emulator" / "serve.mjs"
_END_LIMIT_S = 5


class MachineProcess:
    """Start the process; `ask` sends a command and waits for its answer.

    on_event is called by the reading thread with what the machine says unasked. The commands are
    in scripts/emulator/README.md.
    """

    def __init__(
        self,
        firmware: Path | None,
        flash: Path | None,
        flash_bytes: int,
        modules: Path | None,
        on_event: Callable[[dict[str, Any]], None],
    ) -> None:
        command = _command(firmware, flash, flash_bytes, modules or node_modules.prepare())
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._on_event = on_event
        self._replies: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            _checked(self._replies.get())
        except BaseException:
            self.close()
            raise

    def ask(self, cmd: str, **args: Any) -> dict[str, Any]:
        """Send a command and return its answer; TargetError if it failed. Any thread may ask."""
        assert self._process.stdin
        line = json.dumps({"cmd": cmd, **args}) + "\n"
        with self._lock:
            try:
                self._process.stdin.write(line)
                self._process.stdin.flush()
            except OSError as error:
                raise TargetError("emulator: its process has ended") from error
            return _checked(self._replies.get())

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.close()
        except OSError:
            pass
        try:
            self._process.wait(_END_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            message = json.loads(line)
            if message.get("event") in ("output", "stopped"):
                self._on_event(message)
            else:
                self._replies.put(message)
        self._replies.put({"error": f"ended with status {self._process.wait()}"})


def _command(firmware: Path | None, flash: Path | None, size: int, modules: Path) -> list[str]:
    node = shutil.which("node")
    if node is None:
        raise UpyfwError("Node is not installed", hint="./upyfw doctor shows what is missing")
    command = [node, str(_SERVE), "--modules", str(modules), "--flash-bytes", str(size)]
    for option, path in (("--firmware", firmware), ("--flash", flash)):
        if path is not None:
            command += [option, str(path)]
    return command


def _checked(reply: dict[str, Any]) -> dict[str, Any]:
    if "error" in reply:
        raise TargetError(f"emulator: {reply['error']}")
    return reply
