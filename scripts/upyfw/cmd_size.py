# SPDX-License-Identifier: MIT
"""upyfw size: what takes the room in a built firmware."""

import json

import rich_click as click
from rich.console import Console

from upyfw import boards, firmware, size, size_report


@click.command("size")
@click.argument("board", default=firmware.DEFAULT_BOARD)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(board: str, as_json: bool) -> None:
    """Show the flash per part and per frozen module, the static RAM and what is left.

    Of the last build; nothing is built.
    """
    report = size.of_build(firmware.built(boards.load(board)))
    if as_json:
        print(json.dumps(report.as_json(), indent=2))
        return
    size_report.show(report, Console(highlight=False))
