# SPDX-License-Identifier: MIT
"""What upyOS takes of the flash, by group of frozen modules."""

from upyfw.size import Report

# group → what the path of a frozen module begins with; the first that fits counts
_GROUPS = (
    ("commands: files", "upyos/bin/files/"),
    ("commands: shell", "upyos/bin/shell/"),
    ("commands: processes", "upyos/bin/process/"),
    ("commands: system", "upyos/bin/system/"),
    ("commands: what they share", "upyos/lib/"),
    ("help texts", "upyos/help_"),
    ("default tree, board file", "upyos/skel"),
    ("default tree, board file", "upyos/board_default"),
    ("kernel and shell", "upyos/"),
    ("MicroPython's asyncio, rp2", "asyncio/"),
    ("MicroPython's asyncio, rp2", "uasyncio"),
    ("MicroPython's asyncio, rp2", "rp2"),
    ("modules for programs, start", ""),
)
TABLES = "names and constants that all share"
BARE = "less what the bare build freezes"
SYSTEM = "frozen system"


def groups(whole: Report, bare: Report) -> dict[str, int]:
    """Return {group: bytes}; the last is what upyOS adds to the bare build's frozen modules."""
    found = dict.fromkeys((name for name, _ in _GROUPS), 0)
    for path, size_bytes in whole.modules.items():
        group = next(name for name, start in _GROUPS if path.startswith(start))
        found[group] += size_bytes
    found[TABLES] = whole.shared_bytes
    found[BARE] = -bare.frozen_bytes
    found[SYSTEM] = whole.frozen_bytes - bare.frozen_bytes
    return found
