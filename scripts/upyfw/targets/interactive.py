# SPDX-License-Identifier: MIT
"""The user's terminal on a target, until Ctrl-] is typed."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from upyfw.targets.base import Target

LEAVE = b"\x1d"
_READ_BYTES = 4096
_POLL_S = 0.1
# With input from a pipe: how long output must be quiet after its end
_QUIET_S = 1.0
_QUIET_LIMIT_S = 600.0


def interact(target: Target, idle: Callable[[], None] | None = None) -> str | None:
    """Connect standard input and output with a started target.

    idle is called several times a second while nothing is typed.

    Returns why the target ended, or None when the user left (Ctrl-], or the end of input from a
    pipe). The terminal is as it was before, whatever happens.
    """
    with _raw_terminal(), _streaming(target):
        while target.ended is None:
            ready, _, _ = select.select([sys.stdin], [], [], _POLL_S)
            if not ready:
                if idle:
                    idle()
                continue
            data = os.read(sys.stdin.fileno(), _READ_BYTES)
            if not data:
                _finish(target)
                return None
            typed, leave, _ = data.partition(LEAVE)
            if typed:
                target.send(typed)
            if leave:
                return None
        return target.ended


def _finish(target: Target) -> None:
    """Let the target work off input that came from a pipe."""
    if target.ended is None:
        target.read_quiet(_QUIET_S, _QUIET_LIMIT_S)


def _show(data: bytes) -> None:
    # a terminal that was closed takes nothing; the thread that reads must go on
    with suppress(OSError):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


@contextmanager
def _streaming(target: Target) -> Iterator[None]:
    target.stream(_show)
    try:
        yield
    finally:
        if target.ended is None:
            target.stream(None)


@contextmanager
def _raw_terminal() -> Iterator[None]:
    """Pass every key through unchanged, Ctrl-C too; does nothing where there is no terminal."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setraw(sys.stdin)
        yield
    finally:
        # it may have been closed
        with suppress(termios.error):
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
