# SPDX-License-Identifier: MIT
"""What the cache of answers about files (docs/spec/behaviour.md 12) buys: times with it or not."""

from collections.abc import Callable
from dataclasses import dataclass

_SWITCH = "> sdata.cache_enabled = %s"
# what was asked before is older than the cache keeps, seconds
_PAUSE = "sleep 1.1"

_TESTS = b"test -f /b/few/file07.txt > v\ntest -f /b/few/none > v\n"
FILES = {
    "/b/tests.sh": b"for i in" + b" 1" * 25 + b"\n" + _TESTS + b"done\n",
    "/local/bin/mine.py": b"def __main__(args): pass\n",
    **{f"/b/few/file{number:02}.txt": b"x\n" for number in range(20)},
}
# name → line typed
LINES = {
    "50 times `test -f` in a script": "sh /b/tests.sh",
    "`ls` of 20 files": "ls /b/few",
    "the same twice": "ls /b/few ; ls /b/few",
    "a command in `/local/bin`, 5 times": " ; ".join(["mine"] * 5),
}


@dataclass(frozen=True)
class CacheFigures:
    """One line, busy time from Enter to the next prompt, without and with the cache."""

    off_ms: float
    on_ms: float


def measure(type_line: Callable[[str], float]) -> dict[str, CacheFigures]:
    """Type each line without and with the cache, each on a cache that is empty.

    type_line types a line and returns its busy milliseconds. The cache is off afterwards.
    """
    off = _times(type_line, on=False)
    on = _times(type_line, on=True)
    type_line(_SWITCH % False)
    return {name: CacheFigures(off[name], on[name]) for name in LINES}


def _times(type_line: Callable[[str], float], on: bool) -> dict[str, float]:
    type_line(_SWITCH % on)
    found = {}
    for name, line in LINES.items():
        type_line(line)
        type_line(_PAUSE)
        found[name] = type_line(line)
    return found
