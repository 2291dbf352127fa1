# SPDX-License-Identifier: MIT
"""The Node process of an emulated machine, and the JSON lines that are spoken with it."""

from __future__ import annotations

import atexit
import json
import queue
import shutil
import subprocess
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from upyfw.base.errors import UpyfwError
from upyfw.base.paths import REPO
from upyfw.targets import node_modules
from upyfw.targets.base import TargetError

_SERVE = REPO / "scripts" / "emulator" / "serve.mjs"
_END_LIMIT_S = 5
# Longer than any run of the machine (emulator.py): only a process that hangs takes so long
_ANSWER_LIMIT_S = 180
# Let the instruction loop take in the most frequent instructions' code
_NODE_OPTIONS = ("--max-inlined-bytecode-size-cumulative=2000",)
_MOST_IDLE = 2
_idle: list[MachineProcess] = []


class MachineProcess:
    """Start the process; `ask` sends a command and waits for its answer.

    on_event is called by the reading thread with what the machine says unasked. The commands are
    in scripts/emulator/README.md.
    """

    def __init__(self, modules: Path) -> None:
        self.modules = modules
        self.on_event: Callable[[dict[str, Any]], None] = lambda event: None
        self._process = subprocess.Popen(
            _command(modules),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # a terminal that is closed would take the machine away before its flash is saved
            start_new_session=True,
        )
        self._replies: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._answers = True
        self._asked = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        with ExitStack() as undo:
            undo.callback(self.close)
            _checked(self._replies.get())
            undo.pop_all()

    def ask(self, cmd: str, **args: Any) -> dict[str, Any]:
        """Send a command and return its answer; TargetError if it failed. Any thread may ask."""
        assert self._process.stdin
        with self._lock:
            self._asked += 1
            try:
                line = json.dumps({"id": self._asked, "cmd": cmd, **args})
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()
            except OSError as error:
                raise TargetError("emulator: its process has ended") from error
            self._answers = False
            try:
                reply = self._answer(self._asked)
            except queue.Empty:
                self._process.kill()
                raise TargetError("emulator: its process does not answer") from None
            self._answers = True
        return _checked(reply)

    def _answer(self, number: int) -> dict[str, Any]:
        """Return the answer to a command; that to one which was interrupted is dropped."""
        while True:
            reply = self._replies.get(timeout=_ANSWER_LIMIT_S)
            if reply.pop("id", number) == number:
                return reply

    @property
    def is_usable(self) -> bool:
        """True until the process ends, or an interrupted call leaves its answer behind."""
        return self._answers and self._process.poll() is None

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
                self.on_event(message)
            else:
                self._replies.put(message)
        self._replies.put({"error": f"ended with status {self._process.wait()}"})


def acquire(
    firmware: Path | None,
    flash: Path | None,
    flash_bytes: int,
    modules: Path | None,
    on_event: Callable[[dict[str, Any]], None],
) -> MachineProcess:
    """Return a process with a new machine in it; it may have had others before.

    A process that has run for a while is several times as fast as a new one.
    """
    modules = modules or node_modules.prepare()
    process = _take_idle(modules) or MachineProcess(modules)
    process.on_event = on_event
    names = {"firmware": firmware, "flash": flash}
    files = {name: str(path.absolute()) for name, path in names.items() if path is not None}
    with ExitStack() as undo:
        undo.callback(process.close)
        process.ask("open", flash_bytes=flash_bytes, **files)
        undo.pop_all()
    return process


def release(process: MachineProcess) -> None:
    """Give a process back that is not needed any more; it ends with this program at the latest."""
    if process.is_usable and len(_idle) < _MOST_IDLE:
        process.on_event = lambda event: None
        _idle.append(process)
    else:
        process.close()


def _take_idle(modules: Path) -> MachineProcess | None:
    for process in _idle:
        if process.modules == modules and process.is_usable:
            _idle.remove(process)
            return process
    return None


@atexit.register
def _close_idle() -> None:
    while _idle:
        _idle.pop().close()


def _command(modules: Path) -> list[str]:
    node = shutil.which("node")
    if node is None:
        raise UpyfwError("Node is not installed", hint="./upyfw doctor shows what is missing")
    return [node, *_NODE_OPTIONS, str(_SERVE), "--modules", str(modules)]


def _checked(reply: dict[str, Any]) -> dict[str, Any]:
    if "error" in reply:
        raise TargetError(f"emulator: {reply['error']}")
    return reply
