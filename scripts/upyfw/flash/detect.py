# SPDX-License-Identifier: MIT
"""Which board is at this machine, and the way to write it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import rich_click as click

from upyfw.base.errors import BadInput
from upyfw.board.boards import Board
from upyfw.board.chips import CHIPS
from upyfw.board.port import ESP, PROGRAM, UF2
from upyfw.flash import board_repl, drives, serial_ports
from upyfw.flash.flashers import picotool
from upyfw.flash.flashers.base import Flasher
from upyfw.flash.flashers.esp import Esp
from upyfw.flash.flashers.rp2_serial import Rp2Serial
from upyfw.flash.flashers.uf2_copy import Uf2Copy
from upyfw.flash.flashplan import Facts
from upyfw.flash.serial_ports import ANY

_NONE_HINT = (
    "RP2040, RP2350: hold BOOTSEL while plugging it in. Espressif: plug it in. A board that is "
    "there all the same: --port or --drive"
)


@dataclass(frozen=True)
class Found:
    """A board that may be meant: where it is, and what opens the way to it."""

    where: str
    open: Callable[[], Flasher]


def flasher(port: str | None, drive: Path | None, board: Board | None, baud: int) -> Flasher:
    """Return the way to the board that the user means.

    board: what it shall be, if the user said so. Without --port and --drive the only board that
    can be meant; if there are several, a user at a terminal is asked. Raises BadInput if there is
    none, or nobody can choose.
    """
    if port and drive:
        raise BadInput("--port and --drive together", "one board at a time")
    if drive:
        return Uf2Copy(drives.at(drive))
    if port:
        serial_ports.check(port)
        return _at_port(serial_ports.at(port), board, baud)
    found = _found(board, baud)
    if not found:
        raise BadInput("no board found: no boot drive and no serial port of one", _NONE_HINT)
    chosen = choose("board", {each.where: each for each in found}, "name one: --port or --drive")
    return chosen.open()


def _found(board: Board | None, baud: int) -> list[Found]:
    found = []
    if board is None or board.record.image == UF2:
        found += [Found(each.where, lambda each=each: Uf2Copy(each)) for each in drives.find()]
    wanted = (UF2, ESP) if board is None else (ESP if board.chip.is_esp else UF2,)
    for port in serial_ports.find():
        if port.kind in wanted:
            found.append(Found(port.where, lambda port=port: _opened(port, board, baud)))
    if not found and (board is None or board.record.image == UF2):
        found += [Found(each.where, lambda each=each: each) for each in picotool.find()]
    return found


def _opened(port: serial_ports.Port, board: Board | None, baud: int) -> Flasher:
    serial_ports.check(port.path)
    return _at_port(port, board, baud)


def _at_port(port: serial_ports.Port, board: Board | None, baud: int) -> Flasher:
    """Return the way to a port: as its USB id says, the board's name, or who answers there.

    Raises BadInput if it is another kind of board than the one that is meant.
    """
    kind = port.kind
    if board and kind not in (ANY, _kind(board.chip.name)):
        raise BadInput(
            f"{port.where}: by its USB id not the port of {board.name}, {board.chip.mcu}",
            "name another board, or choose another port",
        )
    if kind == ANY:
        kind = _kind(board.chip.name) if board else _asked(port.path)
    return Rp2Serial(port.path) if kind == UF2 else Esp(port.path, baud)


def _kind(chip: str) -> str:
    return ESP if CHIPS[chip].is_esp else UF2


def _asked(path: str) -> str:
    try:
        answer = board_repl.ask(path)
    except board_repl.NoAnswer:
        # the boot loader of an Espressif chip is all that is left to try
        return ESP
    return _kind(answer.chip) if answer.chip else ESP


def board_name(wanted: str | None, facts: Facts, known: dict[str, Board]) -> str:
    """Return the name of the board to flash: the one asked for, or that the board itself tells.

    known: {name: board} of all that there are files for. Raises BadInput if it is none of them,
    or nobody can choose between several of the chip.
    """
    if wanted:
        if wanted not in known:
            raise BadInput(f"{wanted}: no files for it", "there are: " + ", ".join(sorted(known)))
        return wanted
    if facts.board in known:
        return facts.board
    fitting = [
        name
        for name, board in sorted(known.items())
        if facts.chip == board.chip.name and board.record.image != PROGRAM
    ]
    if not fitting:
        mcu = CHIPS[facts.chip].mcu if facts.chip in CHIPS else facts.chip or "unknown"
        raise BadInput(
            f"no files for a board with chip {mcu}", "name the board: ./upyfw flash BOARD"
        )
    titles = {f"{name}: {known[name].vendor} {known[name].product}": name for name in fitting}
    return choose("board definition", titles, "name one: ./upyfw flash BOARD")


def choose(what: str, options: dict[str, object], hint: str) -> object:
    """Return the only option, or the one that the user picks by its number.

    Raises BadInput, with the list, if there is no terminal to ask at.
    """
    if len(options) == 1:
        return next(iter(options.values()))
    rows = [f"  {i}  {title}" for i, title in enumerate(options, 1)]
    if not sys.stdin.isatty():
        raise BadInput("\n".join([f"more than one {what} could be meant:", *rows]), hint)
    click.echo("\n".join(rows), err=True)
    number = click.prompt(f"which {what}", type=click.IntRange(1, len(options)), err=True)
    return list(options.values())[number - 1]
