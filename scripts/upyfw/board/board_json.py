# SPDX-License-Identifier: MIT
"""board.json of a board, as MicroPython's site reads it.

Source of the keys: MicroPython 1.26 docs/develop, tools/autobuild and ports/*/boards/*/board.json.
"""

import json

from upyfw.board.boards import Board
from upyfw.board.port import PROGRAM


def text(board: Board) -> str:
    """Return the file's content: keys in order, four blanks a level, as upstream's files."""
    content = {
        "deploy": [board.record.deploy] if board.record.deploy else [],
        "docs": "",
        "features": _features(board),
        "images": [],
        "mcu": board.chip.name,
        "product": board.product,
        "thumbnail": "",
        "url": board.url or "",
        "vendor": board.vendor,
    }
    if board.record.has_table:
        content["deploy_options"] = {"flash_offset": f"{board.chip.boot_off:#x}"}
    return json.dumps(content, indent=4, sort_keys=True) + "\n"


def _features(board: Board) -> list[str]:
    pins = board.pins
    named = {
        "BLE": pins["bt"],
        "Dual-core": board.chip.cores == 2,
        "Ethernet": pins["eth"],
        "External Flash": board.record.image != PROGRAM,
        "External RAM": board.psram is not None,
        "Infrared": pins["ir"],
        "RGB LED": bool(pins.get("rgbio")),
        "WiFi": pins["wifi"],
    }
    return [name for name, has in named.items() if has]
