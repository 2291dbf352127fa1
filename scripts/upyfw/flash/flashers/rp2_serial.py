# SPDX-License-Identifier: MIT
"""Write an RP2040 or RP2350 that runs: into its boot loader first, then by its boot drive."""

import contextlib
import time

from serial import Serial, SerialException

from upyfw.base.errors import UpyfwError
from upyfw.base.progress import step
from upyfw.flash import board_repl, drives
from upyfw.flash.flashers import picotool
from upyfw.flash.flashers.base import APPEAR_S, Flasher
from upyfw.flash.flashers.uf2_copy import Uf2Copy
from upyfw.flash.flashplan import Facts, Plan

# MicroPython and the pico-sdk start the boot loader when a port is closed at this rate
_TOUCH_BAUD = 1200
_LOOK_S = 0.1


class Rp2Serial(Flasher):
    """A running board at a serial port."""

    def __init__(self, port: str) -> None:
        self.port = port
        self.where = f"serial port {port}"

    def facts(self) -> Facts:
        """Ask the firmware that runs; one that does not answer leaves everything open."""
        try:
            answer = board_repl.ask(self.port)
        except board_repl.NoAnswer:
            return Facts()
        self.where = f"{answer.build or 'a board'} with {answer.system} at serial port {self.port}"
        return Facts(
            chip=answer.chip or None,
            # other firmware runs on boards that it was not made for
            board=(answer.upyos and answer.build) or None,
            system=answer.system,
            fs_blocks=answer.fs_blocks or None,
        )

    def write(self, plan: Plan) -> None:
        """Start the boot loader, wait for its drive and copy the file there."""
        before, others = drives.find(), picotool.find()
        self._start_bootloader()
        with step("waiting for the boot drive"):
            flasher = self._wait_for_drive(before, others)
        if flasher.facts().chip != plan.board.chip.name:
            raise UpyfwError(
                f"{flasher.where}: appeared, but {plan.board.name} has another chip",
                "nothing was written; pull the other boards out and run it again",
            )
        flasher.write(plan)

    def _start_bootloader(self) -> None:
        try:
            board_repl.start_bootloader(self.port)
        except board_repl.NoAnswer:
            self._touch()

    def _touch(self) -> None:
        """Ask the USB driver of the firmware, which works while its programs do not answer."""
        try:
            with Serial(self.port, _TOUCH_BAUD) as port, contextlib.suppress(OSError):
                port.dtr = False
        except SerialException as exc:
            hint = "close the program that uses it (a terminal, Thonny, mpremote), or name another"
            raise UpyfwError(f"{self.port}: {exc}", hint) from None

    def _wait_for_drive(
        self, before: list[drives.Drive], others: list[picotool.Picotool]
    ) -> Flasher:
        """Return the drive that is not one of before; without one, what picotool alone sees.

        others: what picotool saw before. Which of several it is nobody knows then.
        """
        until_s = time.monotonic() + APPEAR_S
        while time.monotonic() < until_s:
            new = [drive for drive in drives.find() if drive not in before]
            if new:
                return Uf2Copy(new[0])
            time.sleep(_LOOK_S)
        found = picotool.find()
        if len(found) == 1 and not others:
            return found[0]
        raise UpyfwError(
            f"{self.port}: the board's boot drive did not appear within {APPEAR_S:g} s",
            "nothing was written; mount it and name it with --drive; if there is none, hold "
            "BOOTSEL while plugging the board in",
        )
