# SPDX-License-Identifier: MIT
"""`upyfw readme`: the parts of README.md that are made from the tree."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import rich_click as click

from upyfw.base.errors import UpyfwError
from upyfw.base.paths import REPO
from upyfw.board import boards
from upyfw.board.layout import size_text
from upyfw.build import codegen
from upyfw.source import buildable

README = REPO / "README.md"
# what CI does with a board, by tier; docs/design.md, 6
_STATES = {
    1: "built and run in CI",
    2: "built in CI",
    3: "checked in CI",
}
_KIT = ", built where its SDK is"
_LEFT_OUT = (
    "So that a tenth of a slot stays free for later versions, some ESP32 boards do without parts "
    "of MicroPython. A line of the board's `board.toml` brings one back "
    "([the parts, and what they take](docs/formats/board-file.md#parts)):"
)
# of a line of the list of commands
_WIDTH = 140


@click.command()
def command() -> None:
    """Write the table of boards and the list of commands into README.md."""
    text = README.read_text()
    made = refreshed(text)
    if made != text:
        README.write_text(made)
    click.echo("README.md: " + ("written" if made != text else "as it should be"))


def refreshed(text: str) -> str:
    """Return the text of README.md with its generated parts made anew.

    A part stands between `<!-- NAME: … -->` and `<!-- /NAME -->`. Raises UpyfwError if one is
    missing.
    """
    for name, rows in (("boards", _boards()), ("commands", _commands())):
        pattern = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- /{name} -->)", re.DOTALL)
        body = "".join(row + "\n" for row in rows)
        text, count = pattern.subn(lambda m, body=body: m[1] + body + m[2], text)
        if count != 1:
            raise UpyfwError(f"README.md: no place for the table of {name}", status=2)
    return text


def _boards() -> list[str]:
    heads = ("board", "chip", "flash", "file system", "profile", "state")
    rows = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for name in boards.names():
        board = boards.load(name)
        product = f"{board.product} (`{name}`)"
        flash = size_text(board.flash.size_bytes)
        fs = size_text(board.fs_region.size_bytes)
        state = _STATES[board.tier] + (_KIT if buildable.needs_more(board) else "")
        cells = (product, board.chip.mcu, flash, fs, board.profile, state)
        rows.append(f"| {' | '.join(cells)} |")
    return rows + _left_out()


def _left_out() -> list[str]:
    """Return lines that say which boards do without parts of MicroPython."""
    rows = ["", *textwrap.wrap(_LEFT_OUT, _WIDTH, break_on_hyphens=False), ""]
    for name in boards.names():
        if parts := boards.load(name).left_out:
            rows.append(f"* `{name}`: {', '.join(part.name for part in parts)}")
    return rows


def _commands(bin_dir: Path = REPO / "modules" / "upyos" / "bin") -> list[str]:
    rows = []
    for entry in sorted(codegen.commands(bin_dir), key=lambda entry: entry.name):
        usage, _, text = entry.help.partition("\n")
        rows += textwrap.wrap(
            f"* `{usage}`: {_sentence(text)}.",
            _WIDTH,
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return rows


def _sentence(text: str) -> str:
    """Return the first statement of a help text, without what stands in brackets."""
    plain = re.sub(r"\s*\([^)]*\)", "", " ".join(text.split()))
    return re.split(r"[.:;](?:\s|$)", plain, maxsplit=1)[0]
