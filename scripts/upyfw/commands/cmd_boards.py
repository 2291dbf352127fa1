# SPDX-License-Identifier: MIT
"""upyfw boards: what can be built."""

import json

import rich_click as click
from rich.table import Table

from upyfw.base import results
from upyfw.board import board_json as upstream_json
from upyfw.board import boards
from upyfw.board.layout import size_text
from upyfw.source import buildable


def _row(board: boards.Board) -> dict:
    reason = buildable.why_not(board)
    return {
        "name": board.name,
        "vendor": board.vendor,
        "product": board.product,
        "mcu": board.chip.mcu,
        "port": board.port,
        "profile": board.profile,
        "tier": board.tier,
        "flash_bytes": board.flash.size_bytes,
        "fs_bytes": board.fs_region.size_bytes,
        "regions": [
            {"name": region.name, "offset": region.offset, "size_bytes": region.size_bytes}
            for region in board.regions
        ],
        "can_build": not reason,
        "why_not": reason,
    }


def _table(rows: list[dict]) -> Table:
    table = Table(
        "board", "chip", "flash", "file system", "profile", "tier", "built here", box=None
    )
    table.columns[0].no_wrap = True
    for row in rows:
        sizes = (size_text(row["flash_bytes"]), size_text(row["fs_bytes"]))
        can = row["why_not"] or "yes"
        table.add_row(row["name"], row["mcu"], *sizes, row["profile"], str(row["tier"]), can)
    return table


@click.command("boards")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--board-json", metavar="BOARD", help="Print one board's board.json.")
def command(as_json: bool, board_json: str | None) -> None:
    """List the boards: chip, flash, file system, profile, tier, and what this machine lacks.

    Tier 1 is built and run in CI, 2 built, 3 checked without a build.
    """
    if board_json:
        print(upstream_json.text(boards.load(board_json)), end="")
        return
    rows = [_row(boards.load(name)) for name in boards.names()]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    results.console().print(_table(rows))
