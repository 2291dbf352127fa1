# SPDX-License-Identifier: MIT
"""upyfw run: the firmware in the emulator, or as a process, in the user's terminal."""

from pathlib import Path

import rich_click as click

from upyfw import boards, firmware, runflash
from upyfw.errors import BadInput
from upyfw.progress import say
from upyfw.targets import node_modules
from upyfw.targets.emulator import Emulator
from upyfw.targets.interactive import interact
from upyfw.targets.unix import Unix

# what the emulator is
_EMULATED = "RP2040"


@click.command("run")
@click.option("--board", "name", default=firmware.DEFAULT_BOARD, help="RPI_PICO or UNIX.")
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
    if board.port != "unix" and board.chip.mcu != _EMULATED:
        raise BadInput(
            f"{name}: the emulator is an {_EMULATED}, not an {board.chip.mcu}",
            hint="./upyfw run, or ./upyfw run --board UNIX",
        )
    ports = [_ports(board, text) for text in forwards]
    modules = None if board.port == "unix" else node_modules.prepare()
    made = firmware.build(name, profile, heap)
    flash = runflash.prepare(made, fresh)
    say("Ctrl-] leaves")
    if board.port == "unix":
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
    numbers = [
        int(word) if word.isascii() and word.isdigit() else -1 for word in (port, here or "0")
    ]
    if not (0 < numbers[0] <= 0xFFFF and 0 <= numbers[1] <= 0xFFFF):
        raise BadInput(f"--forward: {text!r} is not PORT or PORT:HERE, numbers up to 65535")
    return numbers[0], numbers[1]


def _interact_and_keep(target: Emulator, flash: Path) -> str | None:
    keeper = runflash.Keeper(target, flash)
    try:
        return interact(target, keeper.save_sometimes)
    finally:
        keeper.save()
