# SPDX-License-Identifier: MIT
"""upyfw doctor: every tool and source, its version and place, and what is missing."""

import json

import rich_click as click
from rich.table import Table

from upyfw.base import results
from upyfw.base.errors import FAILED
from upyfw.board import boards
from upyfw.source import sdk, source_pins, sources, tools


def _tool_rows() -> list[dict]:
    """Look at every tool; a row is what --json prints."""
    rows = []
    for tool in tools.TOOLS.values():
        found = tool.find()
        rows.append(
            {
                "name": tool.name,
                "purpose": tool.purpose,
                "version": found.version,
                "place": found.place,
                "problem": found.problem,
                "needed": tool.needed,
                "packages": list(tool.packages),
            }
        )
    return rows


def _source_rows() -> list[dict]:
    """Tell which sources the cache holds; they are fetched when a build needs them."""
    return [
        {
            "name": name,
            "version": state.version,
            "place": str(state.place) if state.is_there else "",
            "origin": state.origin,
            "is_there": state.is_there,
        }
        for name, state in sources.states().items()
    ]


def _kit_rows() -> list[dict]:
    """Look for the makers' kits, which are never fetched and needed by some boards only."""
    rows = []
    for pin in source_pins.read().values():
        if pin.kit:
            names = sources.boards_ruled_out(pin)
            kit = sdk.find(pin.name)
            lacks = {sdk.for_board(boards.load(name)).problem: None for name in names}
            rows.append(
                {
                    "name": pin.name,
                    "version": kit.version,
                    "place": str(kit.place or ""),
                    "problem": kit.problem or "; ".join(filter(None, lacks)),
                    "boards": names,
                }
            )
    return rows


def _state(row: dict) -> str:
    if not row["problem"]:
        return "[green]ok[/green]"
    return f"[red]{row['problem']}[/red]" if row["needed"] else f"{row['problem']} (optional)"


def _tool_table(rows: list[dict]) -> Table:
    table = Table("tool", "version", "state", "for", "where, or the Debian package for it")
    for row in rows:
        packages = " ".join(row["packages"]) or "comes with .venv"
        where = packages if row["problem"] else row["place"]
        table.add_row(row["name"], row["version"], _state(row), row["purpose"], where)
    return table


def _source_table(rows: list[dict]) -> Table:
    table = Table("source", "version", "state", "from", "where")
    for row in rows:
        state = "[green]ok[/green]" if row["is_there"] else "not fetched yet"
        table.add_row(row["name"], row["version"], state, row["origin"], row["place"])
    return table


def _kit_table(rows: list[dict]) -> Table:
    table = Table("kit", "version", "state", "boards that need it")
    for row in rows:
        state = row["problem"] or f"[green]ok[/green] {row['place']}"
        table.add_row(row["name"], row["version"], state, ", ".join(row["boards"]))
    return table


def _missing(rows: list[dict]) -> list[dict]:
    return [row for row in rows if row["problem"] and row["needed"]]


def _print_tables(tool_rows: list[dict], source_rows: list[dict], kit_rows: list[dict]) -> None:
    # Paths are results: a pipe gets them whole, a terminal folds them.
    console = results.console()
    console.print(_tool_table(tool_rows))
    console.print(_source_table(source_rows))
    console.print(_kit_table(kit_rows))
    if missing := _missing(tool_rows):
        packages = [name for row in missing for name in row["packages"]]
        console.print(f"missing: {', '.join(row['name'] for row in missing)}")
        console.print(f"type: {tools.install_line(packages)}", soft_wrap=True)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """Show every tool, source and kit, and what is missing; status 1 if something needed is."""
    tool_rows, source_rows, kit_rows = _tool_rows(), _source_rows(), _kit_rows()
    if as_json:
        rows = {"tools": tool_rows, "sources": source_rows, "kits": kit_rows}
        print(json.dumps(rows, indent=2))
    else:
        _print_tables(tool_rows, source_rows, kit_rows)
    if _missing(tool_rows):
        context.exit(FAILED)
