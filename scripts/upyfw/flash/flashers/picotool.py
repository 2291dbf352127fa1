# SPDX-License-Identifier: MIT
"""Write a board in its boot loader by picotool, where its drive is not mounted."""

import re
import shutil
import tempfile
from pathlib import Path

from upyfw.base import child
from upyfw.base.errors import UpyfwError
from upyfw.base.progress import Report, step
from upyfw.board.chips import CHIPS
from upyfw.flash.flashers.base import Flasher
from upyfw.flash.flashplan import Facts, Plan

_ASK_S = 15
_WRITE_S = 300


class Picotool(Flasher):
    """A board in its boot loader that picotool sees.

    usb: its bus and address, which picotool tells if there are several.
    """

    def __init__(self, chip: str, flash_bytes: int | None, usb: tuple[str, str] | None) -> None:
        self._chip = chip
        self._flash_bytes = flash_bytes
        self._chosen = ("--bus", usb[0], "--address", usb[1]) if usb else ()
        at_usb = f" at USB bus {usb[0]}, address {usb[1]}" if usb else ""
        self.where = f"the {CHIPS[chip].mcu} in its boot loader{at_usb}, by picotool"

    def facts(self) -> Facts:
        """Return the chip, and the size of its flash if picotool knows."""
        return Facts(chip=self._chip, flash_bytes=self._flash_bytes)

    def write(self, plan: Plan) -> None:
        """Write the file, read it back and start it."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upyos.uf2"
            path.write_bytes(plan.uf2)
            with step(f"writing {plan.file} by picotool") as report:
                # -v reads back, -x starts it; picotool 2.1.1, "load"
                command = ["picotool", "load", "-v", "-x", path, *self._chosen]
                result = child.run(command, _WRITE_S, lambda line: _show(line, report))
        if result.status != 0:
            raise UpyfwError(
                f"picotool: {result.reason()}",
                "the boot loader is in ROM: hold BOOTSEL while plugging the board in, and run it "
                "again; until then it may not start",
            )


def _show(line: str, report: Report) -> None:
    match = re.search(r"(\d+)%", line)
    if match:
        report(int(match[1]) / 100)


def find() -> list[Picotool]:
    """Return the boards that picotool sees; none without picotool."""
    if shutil.which("picotool") is None:
        return []
    result = child.run(["picotool", "info", "-d"], _ASK_S, keep_lines=None)
    if result.status != 0:
        return []
    # a heading for each of several boards; picotool 2.1.1, bus_device_string
    first, *others = re.split(r"device at bus (\d+), address (\d+):", result.output)
    places = zip(others[::3], others[1::3], strict=True) if others else [None]
    texts = others[2::3] or [first]
    found = [_board(text, usb) for text, usb in zip(texts, places, strict=True)]
    return [board for board in found if board]


def _board(text: str, usb: tuple[str, str] | None) -> Picotool | None:
    """Return the board that picotool describes so."""
    chip = re.search(r"type: +(RP2040|RP2350)", text)
    size = re.search(r"flash size: +(\d+)K", text)
    return chip and Picotool(chip[1].lower(), int(size[1]) * 1024 if size else None, usb)
