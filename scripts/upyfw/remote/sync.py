# SPDX-License-Identifier: MIT
"""A folder of this machine on a board: what changed is pushed."""

from __future__ import annotations

import posixpath
import threading
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import watchfiles

from upyfw.base.errors import UpyfwError
from upyfw.remote.ways import Way
from upyfw.targets.base import TargetStopped, short

# of editors and of Python: no files that a board shall have
_IGNORED_ENDS = ("~", ".swp", ".swx", ".tmp", ".pyc", ".part")
_IGNORED_NAMES = ("__pycache__", "node_modules")
# control characters, and bytes that are no UTF-8
_NO_TEXT = ("Cc", "Cs")
# changes that come together are pushed together
_DEBOUNCE_MS = 200
_STEP_MS = 50
# how often the folder is looked at though nothing was told: what failed is tried again, and some
# file systems tell nothing
_AGAIN_MS = 1000

# what failed is tried again after so long, then twice that
_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 60.0

Say = Callable[[str], None]
# when a file changed, and how large it was
Stamp = tuple[int, int]


@dataclass(frozen=True)
class _Failure:
    """Why a file did not get onto the board, as it was then, and until when it is left alone."""

    why: str
    stamp: Stamp | None
    pause_s: float
    until_s: float


def wanted(part: str) -> bool:
    """Tell whether a part of a path may be a file's that goes onto the board."""
    return part[0] != "." and part not in _IGNORED_NAMES and not part.endswith(_IGNORED_ENDS)


def _check_name(target: str) -> None:
    """Raise UpyfwError for a name that is a key at a console, or no text."""
    if any(unicodedata.category(character) in _NO_TEXT for character in target):
        raise UpyfwError(f"{target!r}: no name for a board", "rename it: letters, no control keys")


class Sync:
    """One folder and its place on a board."""

    def __init__(self, folder: Path, to: str, way: Way, say: Say, *, delete: bool = False) -> None:
        self._folder = folder.resolve()
        self._to = posixpath.join("/", to)
        self._way = way
        self._say = say
        self._delete = delete
        # when the board got a file, or was seen to have it
        self._done: dict[Path, Stamp] = {}
        self._failed: dict[Path, _Failure] = {}

    def files(self) -> list[Path]:
        """Return the files of the folder that go onto the board, in order."""
        return sorted(path for path in self._folder.rglob("*") if self._is_ours(path))

    def _is_ours(self, path: Path) -> bool:
        return self._is_named_well(path) and path.is_file()

    def _is_named_well(self, path: Path) -> bool:
        return all(map(wanted, path.relative_to(self._folder).parts))

    def target(self, path: Path) -> str:
        """Return where a file stands on the board."""
        return posixpath.join(self._to, path.relative_to(self._folder).as_posix())

    def push(self) -> tuple[int, int]:
        """Push what the board has not; return how many files were written, of how many."""
        every = self._now()
        for path in every:
            _check_name(self.target(path))
        return sum(self._push_said(path, stamp) for path, stamp in every.items()), len(every)

    def _now(self) -> dict[Path, Stamp]:
        stats = [(path, path.stat()) for path in self.files()]
        return {path: (found.st_mtime_ns, found.st_size) for path, found in stats}

    def _push_said(self, path: Path, stamp: Stamp) -> bool:
        """Push; an OSError says which file it is of."""
        try:
            return self._push(path, stamp)
        except OSError as exc:
            raise UpyfwError(
                f"{exc.filename or self.target(path)}: {exc.strerror or exc}"
            ) from exc

    def _push(self, path: Path, stamp: Stamp) -> bool:
        target = self.target(path)
        _check_name(target)
        data = path.read_bytes()
        is_new = not self._way.has(target, data)
        if is_new:
            self._way.write(target, data)
            self._say(f"{target}: {len(data):,} B")
        self._done[path] = stamp
        return is_new

    def watch(self, stop: threading.Event) -> None:
        """Push what changes until stop is set; what fails is said, and tried again."""
        for _ in watchfiles.watch(
            self._folder,
            watch_filter=None,
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            stop_event=stop,
            rust_timeout=_AGAIN_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            self.update()

    def update(self) -> None:
        """Bring the board up to date with what differs from the last time."""
        try:
            now = self._now()
        except OSError:
            # a file has just gone; the next look comes
            return
        for path, stamp in now.items():
            if self._done.get(path) != stamp:
                self._try(path, stamp, self._push, path, stamp)
        for path in self._done.keys() - now.keys():
            self._try(path, None, self._gone, path)

    def _try(
        self, path: Path, stamp: Stamp | None, call: Callable[..., object], *args: object
    ) -> None:
        """Call, unless that failed a moment ago. TargetStopped if nothing will ever work again."""
        before = self._failed.get(path)
        if before and before.stamp == stamp and time.monotonic() < before.until_s:
            return
        try:
            call(*args)
        except TargetStopped:
            raise
        except (OSError, UpyfwError) as exc:
            self._fail(path, stamp, short(exc) if isinstance(exc, UpyfwError) else str(exc))
        else:
            self._failed.pop(path, None)

    def _fail(self, path: Path, stamp: Stamp | None, why: str) -> None:
        """Say why, unless it is known, and wait longer each time: each one may write flash."""
        before = self._failed.get(path)
        if before is None or before.why != why:
            self._say(f"{self.target(path)}: {why}")
        is_same = before is not None and before.stamp == stamp
        pause_s = min(before.pause_s * 2, _LONGEST_PAUSE_S) if is_same else _PAUSE_S
        self._failed[path] = _Failure(why, stamp, pause_s, time.monotonic() + pause_s)

    def _gone(self, path: Path) -> None:
        if self._delete:
            self._way.remove(self.target(path))
            self._say(f"{self.target(path)}: removed")
        del self._done[path]
