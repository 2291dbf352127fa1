# SPDX-License-Identifier: MIT
"""upyfw size: what takes the room in a built firmware."""

import json
from pathlib import Path

import rich_click as click

from upyfw.base import results
from upyfw.base.files import write_atomic
from upyfw.board import variant
from upyfw.build import firmware
from upyfw.image import artifacts
from upyfw.measure import size, size_map, size_report, size_svg


@click.command("size")
@click.argument("board", default=firmware.DEFAULT_BOARD)
@click.option("--profile", help="What was frozen, if not the board's own profile.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--svg", type=Path, metavar="FILE", help="Write a treemap with every module.")
@click.option("--html", type=Path, metavar="FILE", help="Write a page: treemap and tables.")
def command(
    board: str, profile: str | None, as_json: bool, svg: Path | None, html: Path | None
) -> None:
    """Show the flash per part and per frozen module, the static RAM and what is left.

    Of the last build; nothing is built. On a terminal a treemap is drawn too.
    """
    report = size.of_build(artifacts.built(variant.of(board, profile)))
    if svg:
        write_atomic(svg, size_svg.svg(report).encode())
    if html:
        write_atomic(html, size_svg.html(report).encode())
    if as_json:
        print(json.dumps(report.as_json(), indent=2))
        return
    console = results.console()
    size_report.show(report, console)
    if console.is_terminal:
        size_map.show(report, console)
