# SPDX-License-Identifier: MIT
"""Wait for a board that was written to come back, and look whether it is what was written."""

import time

from upyfw.base.errors import UpyfwError
from upyfw.board.chips import Chip
from upyfw.board.port import UF2
from upyfw.flash import board_repl, serial_ports
from upyfw.flash.board_repl import Answer, NoAnswer
from upyfw.flash.flashplan import Plan

_LOOK_S = 0.5


def wait(
    chip: Chip, port: str | None, before: list[str], limit_s: float
) -> tuple[str, Answer] | None:
    """Return the port where a board answers within limit_s, and its answer; None if none does.

    port: where it was, if it was at one. An RP2040 or RP2350 may get another name: a port of one
    that is not in before will do too.
    """
    until_s = time.monotonic() + limit_s
    while time.monotonic() < until_s:
        new = [] if chip.is_esp else _new(before)
        for path in ([port] if port else []) + new:
            try:
                return path, board_repl.ask(path)
            except NoAnswer:
                continue
        time.sleep(_LOOK_S)
    return None


def _new(before: list[str]) -> list[str]:
    found = [port.path for port in serial_ports.find() if port.kind == UF2]
    return [path for path in found if path not in before]


def check(plan: Plan, path: str, answer: Answer) -> str:
    """Return what was found out about a board that answers, as one line.

    Raises UpyfwError if it is not the system that was written.
    """
    if answer.upyos != plan.version:
        raise UpyfwError(
            f"{path}: {answer.system} answers, {plan.version} was written",
            "run it again; with two slots an old one may run: --with-fs writes everything",
        )
    if plan.board.chip.flash_addr is None:
        return f"{plan.board.name}: {answer.system} answers at {path}"
    try:
        is_there = board_repl.has_in_flash(path, _firmware(plan))
    except NoAnswer as exc:
        hint = "it was written, and it started; run it again to be sure"
        raise UpyfwError(f"{exc.what}, while its flash was compared", hint) from None
    if not is_there:
        raise UpyfwError(
            f"{path}: the firmware in the flash is not the one in {plan.file}", "run it again"
        )
    return (
        f"{plan.board.name}: {answer.system} answers at {path}; the firmware in its flash is that "
        f"of {plan.file} (SHA-256)"
    )


def _firmware(plan: Plan) -> list[tuple[int, bytes]]:
    """Return what must be in the chip's memory; the file system has changed since it started."""
    base = plan.board.chip.flash_addr
    return [
        (base + step.offset, step.data)
        for step in plan.writes
        if step.region != plan.board.fs_region.name
    ]
