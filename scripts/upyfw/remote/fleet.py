# SPDX-License-Identifier: MIT
"""New firmware onto several boards: a few at a time, until one does not come back."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from rich.table import Table

from upyfw.base import progress
from upyfw.remote.push import BAD, End, Push, Result

# a board that is left is at its prompt within this, whatever it has asked for
_LEAVE_S = 6.0


class Fleet:
    """Pushes that are done by several threads, in their order."""

    def __init__(self, pushes: list[Push], at_once: int) -> None:
        self._pushes = pushes
        self._at_once = at_once
        self._lock = threading.Lock()
        # no more boards are begun, and none is restarted
        self._stopped = threading.Event()

    def run(self) -> list[Result]:
        """Do them all; the results in their order. Ctrl-C leaves those that are under way.

        A board that loads then is told to end it.
        """
        for one in self._pushes:
            one.ask()
        ready = [one for one in self._pushes if one.result.before]
        with progress.several([one.name for one in ready]) as show:
            rest = iter(ready)
            threads = [
                threading.Thread(target=self._work, args=(rest, show), daemon=True)
                for _ in range(min(self._at_once, len(ready)))
            ]
            for thread in threads:
                thread.start()
            try:
                for thread in threads:
                    thread.join()
            finally:
                self._stopped.set()
                # No join: one that a signal ended takes its thread for ended.
                for one in ready:
                    one.leave(_LEAVE_S)
        return [one.result for one in self._pushes]

    def _work(self, rest: Iterator[Push], show: progress.Show) -> None:
        """Take one board after the other. Run by a thread."""
        while True:
            with self._lock:
                one = None if self._stopped.is_set() else next(rest, None)
            if one is None:
                return
            self._one(one, show)

    def _one(self, one: Push, show: progress.Show) -> None:
        def tell(what: str, fraction: float | None) -> None:
            show(one.name, what, fraction)

        one.run(tell, lambda: not self._stopped.is_set())
        end = one.result.end
        if end in BAD:
            self._stopped.set()
        show(one.name, end.value, 0.0 if end is End.REFUSED else 1.0)


def table(results: list[Result]) -> Table:
    """Return what is known of all boards."""
    found = Table("board", "kind", "before", "now", "result", "why")
    for one in results:
        before = one.before
        kind, version = (before.board, before.version) if before else ("", "")
        found.add_row(one.name, kind, version, one.version, one.end.value, one.why)
    return found
