# SPDX-License-Identifier: MIT
"""upyfw run: the firmware in the emulator, or as a process, in the user's terminal."""

import rich_click as click

from upyfw import boards, firmware, runflash
from upyfw.errors import BadInput
from upyfw.files import write_atomic
from upyfw.progress import say
from upyfw.targets import node_modules
from upyfw.targets.emulator import Emulator
from upyfw.targets.interactive import interact
from upyfw.targets.unix import Unix

# what the emulator is
_EMULATED = "RP2040"


@click.command("run")
@click.option("--board", "name", default=firmware.DEFAULT_BOARD, help="RPI_PICO or UNIX.")
@click.option("--fresh", is_flag=True, help="Forget the files of the last run.")
def command(name: str, fresh: bool) -> None:
    """Build, then start the firmware in this terminal; Ctrl-] leaves.

    The files on its flash are kept between runs, in build/BOARD/run.
    """
    board = boards.load(name)
    if board.port != "unix" and board.mcu != _EMULATED:
        raise BadInput(
            f"{name}: the emulator is an {_EMULATED}, not an {board.mcu}",
            hint="./upyfw run, or ./upyfw run --board UNIX",
        )
    modules = None if board.port == "unix" else node_modules.prepare()
    made = firmware.build(name)
    flash = runflash.prepare(made, fresh)
    say("Ctrl-] leaves")
    if board.port == "unix":
        target = Unix(made.firmware, flash)
    else:
        size_bytes = board.flash.size_bytes
        target = Emulator(None, flash, node_modules=modules, flash_bytes=size_bytes)
    with target:
        try:
            ended = interact(target)
        finally:
            if board.port != "unix":
                write_atomic(flash, target.flash_image())
    say("" if ended is None else f"{name}: {ended}")
