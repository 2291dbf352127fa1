# SPDX-License-Identifier: MIT
"""upyfw boards: what can be built."""

import json

import rich_click as click
from rich.console import Console
from rich.table import Table

from upyfw import boards
from upyfw.layout import size_text


def _row(board: boards.Board) -> dict:
    return {
        "name": board.name,
        "vendor": board.vendor,
        "product": board.product,
        "mcu": board.chip.mcu,
        "port": board.port,
        "flash_bytes": board.flash.size_bytes,
        "regions": [
            {"name": region.name, "offset": region.offset, "size_bytes": region.size_bytes}
            for region in board.regions
        ],
    }


@click.command("boards")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """List the boards, with chip, port, flash and the regions in it."""
    known = [boards.load(name) for name in boards.names()]
    if as_json:
        print(json.dumps([_row(board) for board in known], indent=2))
        return
    table = Table("board", "product", "chip", "port", "flash", "file system", "tier", box=None)
    for board in known:
        product = f"{board.vendor} {board.product}" if board.vendor != "none" else board.product
        flash = size_text(board.flash.size_bytes)
        fs = size_text(board.fs_region.size_bytes)
        row = (board.name, product, board.chip.mcu, board.port, flash, fs, str(board.tier))
        table.add_row(*row)
    Console(highlight=False).print(table)
