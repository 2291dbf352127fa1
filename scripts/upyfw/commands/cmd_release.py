# SPDX-License-Identifier: MIT
"""upyfw release: everything that can be built here, ready to be handed out."""

from pathlib import Path

import rich_click as click
from rich.table import Table

from upyfw.base import results
from upyfw.base.progress import say
from upyfw.release import index, release


@click.command("release")
@click.argument("names", metavar="[BOARD]...", nargs=-1)
@click.option(
    "--out", type=Path, default=release.DIST, metavar="DIR", help="Where to; default is dist/."
)
def command(names: tuple[str, ...], out: Path) -> None:
    """Build every board, or those named, and collect the files to flash in dist/.

    With them: manifest.json for `upyfw flash --from`, SHA256SUMS, and an SBOM in SPDX. The same
    sources give the same bytes. A board that cannot be built here is listed with the reason.
    """
    made = release.make(list(names), out.absolute())
    table = Table("file", "kind", "bytes", "SHA-256", box=None)
    table.columns[0].no_wrap = True
    table.columns[2].justify = "right"
    for file in sorted(made.files, key=lambda file: file.name):
        table.add_row(file.name, file.kind, f"{file.size_bytes:,}", file.sha256[:16])
    results.console().print(table)
    for name, reason in made.not_built.items():
        say(f"{name}: not built: {reason}")
    say(f"{out}: {len(made.files)} files, {index.SUMS}, nothing is signed yet")
