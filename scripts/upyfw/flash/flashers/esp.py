# SPDX-License-Identifier: MIT
"""Write a board with a chip of Espressif over its serial port, by esptool; never with force."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from esp_pylib.logger import EspLog
from esptool import cmds
from esptool.loader import ESPLoader
from esptool.logger import TemplateLogger
from esptool.logger import log as esptool_log
from esptool.util import FatalError, flash_size_bytes
from serial import SerialException

from upyfw.base.errors import UpyfwError
from upyfw.base.progress import Report, step
from upyfw.board import partitions
from upyfw.board.chips import CHIPS
from upyfw.board.ports import PORTS
from upyfw.flash import flashplan_esp
from upyfw.flash.flashers.base import Flasher
from upyfw.flash.flashplan import Facts, Mode, Plan
from upyfw.flash.flashstep import Step

BAUD = 460800


class Esp(Flasher):
    """A chip at a serial port; connected by facts(), until close()."""

    def __init__(self, port: str, baud: int = BAUD) -> None:
        self.port = port
        self.where = f"serial port {port}"
        self._baud = baud
        self._chip: ESPLoader | None = None
        self._log = _Log()

    def facts(self) -> Facts:
        """Put the chip into its boot loader; return chip, flash size and partition table."""
        with step(f"asking the chip at {self.port}"), self._watched("while it was asked"):
            chip = cmds.detect_chip(self.port)
            self._chip = chip
            name = chip.CHIP_NAME.lower().replace("-", "")
            self._chip = chip = cmds.run_stub(chip)
            # what comes back under the name of a port that went away may be another device
            chip.WRITE_FLASH_ATTEMPTS = 1
            if self._baud != ESPLoader.ESP_ROM_BAUD:
                self._speed_up(chip)
            cmds.attach_flash(chip)
            size = cmds.detect_flash_size(chip)
            table = None
            if name in CHIPS and PORTS[CHIPS[name].port].has_table:
                table = chip.read_flash(partitions.TABLE_OFF, flashplan_esp.TABLE_BYTES)
        self.where = f"the {chip.CHIP_NAME} at serial port {self.port}"
        return Facts(chip=name, flash_bytes=flash_size_bytes(size) if size else None, table=table)

    def _speed_up(self, chip: ESPLoader) -> None:
        try:
            chip.change_baud(self._baud)
        except ValueError:
            # pyserial's way to say that the driver refuses
            what = f"{self.port}: cannot be set to {self._baud} baud"
            raise UpyfwError(what, "choose another --baud") from None

    def write(self, plan: Plan) -> None:
        """Write and erase by regions; esptool compares the MD5 of each with the flash's.

        The record of which slot runs is erased last: until the firmware is written whole, the
        other slot's stays the one that runs.
        """
        if plan.mode == Mode.ERASE:
            with step("erasing the flash"), self._broken_off(plan, "while it was erased"):
                cmds.erase_flash(self._chip)
        for each in plan.writes:
            title = f"writing {each.region} ({each.size_bytes:,} bytes at 0x{each.offset:x})"
            with step(title) as report, self._broken_off(plan, f"while {each.region} was written"):
                self._write(each, report)
        for each in plan.erases:
            with self._broken_off(plan, f"while {each.region} was erased"):
                cmds.erase_region(self._chip, each.offset, each.size_bytes)
        self.leave()

    def _write(self, each: Step, report: Report) -> None:
        self._log.report = report
        try:
            # the image's header says mode, clock and size already
            cmds.write_flash(self._chip, [(each.offset, each.data)])
        finally:
            self._log.report = None

    def leave(self) -> None:
        """Reset the chip, so that it runs what is in its flash."""
        if self._chip is not None:
            with self._watched("while it was reset"):
                cmds.reset_chip(self._chip, "hard-reset")
            self.close()

    def close(self) -> None:
        """Close the port."""
        chip, self._chip = self._chip, None
        if chip is not None:
            chip._port.close()

    @contextmanager
    def _watched(self, when: str, hint: str | None = None) -> Iterator[None]:
        """Keep esptool's lines for the case that it fails, and say in one why it did."""
        before = EspLog.instance
        esptool_log.set_logger(self._log)
        try:
            yield
        except (FatalError, SerialException, OSError) as exc:
            reason = str(exc).strip().splitlines()[0].rstrip(".")
            raise UpyfwError(f"{self.port}: {when}: {reason}", hint or _hint(exc)) from None
        finally:
            EspLog.instance = before

    @contextmanager
    def _broken_off(self, plan: Plan, when: str) -> Iterator[None]:
        """Say what a write that did not end leaves."""
        files = "are untouched" if plan.mode == Mode.KEEP else "may be gone"
        hint = (
            "the chip's boot loader is in ROM and the board can be written again: check the "
            "cable, plug it in and run the same command; until then it may not start; your files "
            f"{files}"
        )
        with self._watched(when, hint):
            yield


def _hint(exc: Exception) -> str:
    text = str(exc)
    if "could not exclusively lock" in text.lower() or "Errno 11" in text:
        return "close the program that uses it (a terminal, Thonny, mpremote)"
    if "Errno 13" in text:
        return "you may not open it: add yourself to the group dialout and log in again"
    if "Errno 2]" in text:
        return "plug the board in, or name another --port"
    return "hold BOOT (or FLASH), press and let go of RESET, let go of BOOT, then run it again"


class _Log(TemplateLogger):
    """What esptool says: kept, not shown; its progress goes to ours."""

    def __init__(self) -> None:
        self.report: Report | None = None
        self.lines: list[str] = []

    def print(self, *args: object, **kwargs: object) -> None:
        """Keep a line."""
        self.lines.append(" ".join(map(str, args)))

    note = warning = error = print

    def stage(self, finish: bool = False) -> None:
        """Nothing is folded away here."""

    def progress_bar(
        self,
        cur_iter: int,
        total_iters: int,
        prefix: str = "",
        suffix: str = "",
        bar_length: int = 30,
    ) -> None:
        """Hand the progress on."""
        if self.report and total_iters:
            self.report(cur_iter / total_iters)

    def set_verbosity(self, verbosity: str) -> None:
        """There is one level only."""
