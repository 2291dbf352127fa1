# SPDX-License-Identifier: MIT
"""upyfw find: the boards of this network."""

import json
from dataclasses import asdict

import rich_click as click
from rich.table import Table

from upyfw.base import results
from upyfw.base.errors import UpyfwError
from upyfw.remote import find


@click.command("find")
@click.option("--wait", default=3.0, type=click.FloatRange(0.1, 60), help="Seconds to listen.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def command(wait: float, as_json: bool) -> None:
    """List the boards that announce themselves by mDNS, and their services.

    A board does so while a service runs on it, over USB too. Status 1 if there is none.
    """
    found = find.boards(wait)
    if as_json:
        print(json.dumps([asdict(board) for board in found], indent=2))
    elif found:
        table = Table("board", "addresses", "services")
        for board in found:
            services = [f"{name} {port}" for name, port in sorted(board.services.items())]
            table.add_row(board.name, "\n".join(board.addresses), ", ".join(services))
        results.console().print(table)
    if not found:
        raise UpyfwError(
            f"no board answered within {wait:g} s",
            hint="is a service running on it (utelnetd start), and is it in this network?",
        )
