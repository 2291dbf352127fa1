# SPDX-License-Identifier: MIT
"""upyfw fetch: get every source ahead."""

import rich_click as click

from upyfw.board.ports import PORTS
from upyfw.source import sources


@click.command()
@click.option("--port", help=f"Only what this MicroPython port needs ({', '.join(PORTS)}).")
def command(port: str | None) -> None:
    """Fetch every pinned source into the cache, so that builds need no network."""
    tree = sources.prepare_micropython(port)
    print(tree.micropython)
