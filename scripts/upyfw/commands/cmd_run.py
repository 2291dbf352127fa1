# SPDX-License-Identifier: MIT
"""upyfw run: the firmware in the emulator, or as a process, in the user's terminal."""

from pathlib import Path

import rich_click as click

from upyfw.base.errors import BadInput
from upyfw.base.progress import say
from upyfw.board import boards
from upyfw.board.port import PROGRAM
from upyfw.build import firmware
from upyfw.targets import node_modules, runflash
from upyfw.targets.emulator import Emulator
from upyfw.targets.interactive import interact
from upyfw.targets.unix import Unix

# what the emulator is
_EMULATED = "RP2040"


@click.command("run")
@click.option(
    "--board", "name", default=firmware.DEFAULT_BOARD, help="One with an RP2040, or UNIX."
)
@click.option("--profile", help="What to freeze: tiny, core, net or full; else the board's.")
@click.option("--heap", help="Leave the firmware a smaller heap than the chip has, such as 36KiB.")
@click.option("--fresh", is_flag=True, help="Forget the files of the last run.")
@click.option(
    "--forward",
    "forwards",
    multiple=True,
    metavar="PORT[:HERE]",
    help="Reach a port of the emulated board as a port of this machine, over its USB network.",
)
def command(
    name: str, profile: str | None, heap: str | None, fresh: bool, forwards: tuple[str, ...]
) -> None:
    """Build, then start the firmware in this terminal; Ctrl-] leaves.

    The files on its flash are kept between runs, in build/BOARD/run: at the end, also by kill or
    a closed terminal, and every two seconds (what SIGKILL leaves; UNIX: at once).
    """
    board = boards.load(name)
    if board.record.image != PROGRAM and board.chip.mcu != _EMULATED:
        raise BadInput(
            f"{name}: the emulator is an {_EMULATED}, not an {board.chip.mcu}",
            hint="./upyfw run, or ./upyfw run --board UNIX",
        )
    ports = [_ports(board, text) for text in forwards]
    modules = None if board.record.image == PROGRAM else node_modules.prepare()
    made = firmware.build(name, profile, heap)
    flash = runflash.prepare(made, fresh)
    if board.pins["wifi"] and board.record.image != PROGRAM:
        say(f"{name}: the emulator has no radio: what uses it fails, though it says that it is on")
    say("Ctrl-] leaves")
    if board.record.image == PROGRAM:
        with Unix(made.firmware, flash) as target:
            ended = interact(target)
    else:
        size_bytes = board.flash.size_bytes
        with Emulator(None, flash, node_modules=modules, flash_bytes=size_bytes) as target:
            for port, here in ports:
                say(f"port {port} is 127.0.0.1:{target.cable.forward(port, here)}")
            ended = _interact_and_keep(target, flash)
    say("" if ended is None else f"{name}: {ended}")


def _ports(board: boards.Board, text: str) -> tuple[int, int]:
    if not board.usbnet:
        raise BadInput(f"--forward: {board.name} has no network over USB")
    port, _, here = text.partition(":")
    if not (_is_port(port) and (not here or _is_port(here))):
        raise BadInput(f"--forward: {text!r} is not PORT or PORT:HERE, numbers from 1 to 65535")
    return int(port), int(here or 0)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) <= 0xFFFF


def _interact_and_keep(target: Emulator, flash: Path) -> str | None:
    keeper = runflash.Keeper(target, flash)
    try:
        return interact(target, keeper.save_sometimes)
    finally:
        keeper.save()
