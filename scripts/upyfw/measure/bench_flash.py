# SPDX-License-Identifier: MIT
"""What upyOS takes of the flash, by group of frozen modules."""

import re
from pathlib import Path

from upyfw.base.paths import REPO
from upyfw.measure.size import Report

# group → what the path of a frozen module begins with; the first that fits counts
_GROUPS = (
    ("commands: what they share", "upyos/lib/"),
    ("services", "upyos/svc/"),
    ("help texts", "upyos/made/help_"),
    ("default tree, board file", "upyos/made/skel"),
    ("default tree, board file", "upyos/made/board_default"),
    ("kernel and shell", "upyos/"),
    ("MicroPython's asyncio, rp2", "asyncio/"),
    ("MicroPython's asyncio, rp2", "uasyncio"),
    ("MicroPython's asyncio, rp2", "rp2"),
    ("modules for programs, start", ""),
)
_COMMAND = re.compile(r"upyos/bin/(\w+)/")
_NETWORK = ("commands: network", "services")
TABLES = "names and constants that all share"
BARE = "less what the bare build freezes"
SYSTEM = "frozen system"
LOCAL = "frozen system without network"


def groups(whole: Report, bare: Report, libraries: Path = REPO / "modules/lib") -> dict[str, int]:
    """Return {group: bytes}; the last two are what upyOS adds to the bare build's frozen modules.

    libraries: the folder of what programs may import.
    """
    names = {path.stem for path in libraries.glob("*") if not path.name.startswith(".")}
    found: dict[str, int] = {}
    for path, size_bytes in sorted(whole.modules.items()):
        group = _group(path, names)
        found[group] = found.get(group, 0) + size_bytes
    found = dict(sorted(found.items()))
    system = whole.frozen_bytes - bare.frozen_bytes
    network = sum(found.get(group, 0) for group in _NETWORK)
    sums = {TABLES: whole.shared_bytes, BARE: -bare.frozen_bytes, SYSTEM: system}
    return found | sums | {LOCAL: system - network}


def _group(path: str, libraries: set[str]) -> str:
    if match := _COMMAND.match(path):
        return f"commands: {match[1]}"
    if re.split(r"[/.]", path)[0] in libraries:
        return "libraries"
    return next(name for name, start in _GROUPS if path.startswith(start))
