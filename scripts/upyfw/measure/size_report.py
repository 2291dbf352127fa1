# SPDX-License-Identifier: MIT
"""The size report as text: a few lines after a build, a table for `upyfw size`."""

from rich.console import Console
from rich.table import Table

from upyfw.measure.size import Report


def lines(report: Report) -> list[str]:
    """Return the short form, one line per kind of memory."""
    text = [
        f"{report.board}: firmware {report.flash_bytes:,} B"
        f" = C {report.c_bytes:,} + frozen {report.frozen_bytes:,}"
    ]
    if report.left_bytes is not None:
        text[0] += f"; {report.left_bytes:,} B left of {report.region_bytes:,}"
    ram = f"{report.board}: static RAM {report.ram_static_bytes:,} B"
    if report.heap_bytes is not None:
        ram += f", {report.heap_bytes:,} B for the heap"
    text.append(ram)
    if report.fs_bytes is not None:
        free = report.fs_bytes - report.fs_used_bytes
        text.append(
            f"{report.board}: file system {report.fs_used_bytes:,} B used,"
            f" {free:,} B left of {report.fs_bytes:,}"
        )
    return text


def show(report: Report, console: Console) -> None:
    """Print the whole report: every frozen module, then the short form."""
    table = Table("frozen module", "bytes", box=None, header_style="bold")
    table.columns[1].justify = "right"
    for path, size_bytes in report.modules.items():
        table.add_row(path, f"{size_bytes:,}")
    table.add_row("(names and tables that all share)", f"{report.shared_bytes:,}")
    table.add_row("all that is frozen", f"{report.frozen_bytes:,}", style="bold")
    console.print(table)
    for line in lines(report):
        console.print(line, soft_wrap=True)
