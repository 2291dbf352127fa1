# SPDX-License-Identifier: MIT
"""upyfw fit: check without building that a board's firmware would fit."""

import json

import rich_click as click
from rich.table import Table

from upyfw.base import results
from upyfw.base.errors import FAILED
from upyfw.base.progress import say
from upyfw.board import boards, variant
from upyfw.measure import fit


def _table(found: list[fit.Fit]) -> Table:
    heads = ("board", "profile", "MicroPython", "frozen (all)", "C", "left", "of", "file system")
    table = Table(*heads, box=None)
    table.columns[0].no_wrap = True
    for column in table.columns[2:]:
        column.justify = "right"
    for each in found:
        sizes = [each.upstream_bytes, each.frozen_bytes, each.c_bytes, each.left_bytes]
        texts = ["?" if size is None else f"{size:,}" for size in (*sizes, each.slot_bytes)]
        texts[3] += "" if each.left_percent is None else f" ({each.left_percent} %)"
        texts[1] += "" if each.frozen_all_bytes is None else f" ({each.frozen_all_bytes:,})"
        used = f"{each.fs_used_bytes:,} of {each.board.fs_region.size_bytes:,}"
        table.add_row(each.board.name, each.profile, *texts, used)
    return table


@click.command("fit")
@click.argument("names", metavar="[BOARD]...", nargs=-1)
@click.option("--profile", help="What to freeze, if not the board's own profile.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(
    context: click.Context, names: tuple[str, ...], profile: str | None, as_json: bool
) -> None:
    """Estimate the firmware of boards that need a maker's kit; status 1 if one does not fit.

    Everything that needs no kit is done: frozen modules are compiled for the chip, the file system
    image is made and mounted, the partition table read back. Without BOARD: all such boards.
    """
    known = map(boards.load, boards.names())
    chosen = list(names) or [b.name for b in known if b.firmware.upstream_bytes is not None]
    found = [fit.estimate(variant.of(name, profile)) for name in chosen]
    if as_json:
        print(json.dumps([each.as_json() for each in found], indent=2))
    else:
        results.console().print(_table(found))
    refusals = [reason for each in found if (reason := fit.refusal(each))]
    for reason in refusals:
        say(reason)
    if refusals:
        context.exit(FAILED)
