# SPDX-License-Identifier: MIT
"""Run other programs for a bounded time, watching what they print."""

import contextlib
import os
import signal
import subprocess
import textwrap
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TIMED_OUT = -1
_KEPT_LINES = 40
_REASON_WIDTH = 160
# How long a program may take to end when it is asked to.
_PATIENCE_S = 5
_LOOK_S = 0.02
_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Result:
    """What a program left: its exit status (TIMED_OUT when it was ended) and its last lines."""

    status: int
    output: str

    def reason(self) -> str:
        """Return the one line of the output that says best what failed."""
        lines = [line for line in self.output.splitlines() if line.strip()]
        marks = ("E:", "ERROR", "FATAL", "CMAKE ERROR", "NPM ERR")
        errors = [line for line in lines if line.strip().upper().startswith(marks)]
        if self.status == TIMED_OUT:
            return "took too long"
        # The first error names the thing, later ones say that there was an error.
        line = (errors[:1] or lines[-1:] or [f"exit status {self.status}"])[0]
        return textwrap.shorten(line, _REASON_WIDTH, placeholder="…")


def _watch(
    process: subprocess.Popen, on_line: Callable[[str], None] | None, keep_lines: int | None
) -> str:
    """Read a program's lines as they come; return the last of them. \\r ends a line too."""
    kept: deque[str] = deque(maxlen=keep_lines)
    for line in process.stdout:
        kept.append(line.rstrip())
        if on_line:
            on_line(kept[-1])
    return "\n".join(kept)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Put signals that end this program off until the block is left.

    For starting a program in: without it a Ctrl-C just then would leave it running.
    """
    caught: list[int] = []
    before = {number: signal.getsignal(number) for number in _ENDS}
    if threading.current_thread() is not threading.main_thread():
        before = {}
    for number, handler in before.items():
        if callable(handler):
            signal.signal(number, lambda number, frame: caught.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in caught:
            signal.raise_signal(number)


@contextlib.contextmanager
def started(
    command: Sequence[str | Path], env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Iterator[subprocess.Popen]:
    """Start a program without standard input, stdout and stderr together as lines of a pipe.

    It and all it started are ended if an exception leaves the block. One that is not there gives
    OSError.
    """
    process = None
    left_normally = False
    try:
        with _undisturbed():
            process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env=env,
                cwd=cwd,
                start_new_session=True,
            )
        yield process
        left_normally = True
    finally:
        if process:
            if not left_normally:
                _end(process)
            process.stdout.close()
            process.wait()


def _end(process: subprocess.Popen) -> None:
    """End a program and all it started: politely, for a package tool may be at work, then not.

    It has a process group of its own, so a Ctrl-C at the terminal reaches it through here only.
    """
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        if _is_gone(process):
            break
    process.wait()


def _is_gone(process: subprocess.Popen) -> bool:
    """Wait until nothing is left of a process group, for _PATIENCE_S at most."""
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s:
        # reaps the group's leader, which would count otherwise
        process.poll()
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(_LOOK_S)
    return False


def run(
    command: Sequence[str | Path],
    limit_s: float,
    on_line: Callable[[str], None] | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    keep_lines: int | None = _KEPT_LINES,
) -> Result:
    """Run a program without standard input for at most limit_s, stdout and stderr together.

    on_line is called with every line; the last keep_lines (None: all) are in the result. The
    program is ended when this one is interrupted. A program that is not there gives OSError.
    """
    with started(command, env, cwd) as process:
        expired = threading.Event()
        timer = threading.Timer(limit_s, lambda: (expired.set(), _end(process)))
        try:
            # A Ctrl-C just after it: a timer left would hold this program up until it is due.
            timer.start()
            output = _watch(process, on_line, keep_lines)
            status = process.wait()
        finally:
            timer.cancel()
    return Result(TIMED_OUT if expired.is_set() else status, output)
