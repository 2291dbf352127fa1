# SPDX-License-Identifier: MIT
"""lshw [-b] [-f [KEY]]

Print what the machine is: id, platform, board, versions, clock.

-b  brief: nothing more (default)
-f  the board description too, or its section KEY alone

Source: upyOS; the sections are those of the board file.
"""

import json
import sys

import sdata
import upyos_port
from upyos.lib.command import UsageError, fail, operands, options


def _brief():
    """Print the lines of -b."""
    board = sdata.board.get("board", {})
    version = "%d.%d.%d" % sys.implementation.version[:3]
    print("Id:", sdata.sid)
    print("Platform:", sys.platform)
    print("Machine:", getattr(sys.implementation, "_machine", "unknown"))
    names = [board[key] for key in ("vendor", "name") if key in board]
    print("Board:", " ".join(names) or "unknown")
    print("upyOS:", sdata.version)
    print("MicroPython:", version)
    frequency_hz = upyos_port.frequency_hz()
    if frequency_hz:
        print("Clock:", frequency_hz // 1000000, "MHz")


def __main__(args):
    found, names = options(args, "bf")
    operands(names, 0, 1 if "f" in found else 0)
    if len(found) > 1:
        raise UsageError
    if not names:
        _brief()
    if "f" not in found:
        return 0
    if names and names[0] not in sdata.board:
        return fail(names[0], "no such section")
    for key in names or sorted(sdata.board):
        print(key + ":", json.dumps(sdata.board[key]))
    return 0
