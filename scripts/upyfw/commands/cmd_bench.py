# SPDX-License-Identifier: MIT
"""upyfw bench: figures of the firmware beside those of bare MicroPython."""

import tempfile
from pathlib import Path

import rich_click as click

from upyfw.base import progress, results
from upyfw.base.errors import BadInput
from upyfw.base.files import write_atomic
from upyfw.base.paths import REPO
from upyfw.base.progress import Report, step
from upyfw.board import variant
from upyfw.measure import bench, bench_chart, bench_report

_DOCS = REPO / "docs"


@click.command()
@click.option("--profile", help="What to freeze: tiny, core, net or full; else the board's.")
@click.option("--heap", help="Leave the firmware a smaller heap than the chip has, such as 36KiB.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--svg", type=click.Path(path_type=Path), help="Write the chart to FILE.")
@click.option("--docs", is_flag=True, help="Write docs/bench.json, bench.md and bench.svg.")
def command(
    profile: str | None, heap: str | None, as_json: bool, svg: Path | None, docs: bool
) -> None:
    """Measure the firmware in the emulator, side by side with the bare one.

    Prints cycles and heap; it never passes or fails. With --docs the start of every profile is
    measured too, which takes longer: all are built.
    """
    what = variant.of(bench.BOARD, profile, heap)
    if docs and what != variant.of(bench.BOARD):
        raise BadInput("--docs is about the firmware as it comes", hint="leave out --profile")
    with tempfile.TemporaryDirectory() as folder, step("bench") as report:
        figures = bench.run(Path(folder), what, _saying(report), profiles=docs)
    if svg:
        write_atomic(svg, bench_chart.svg(figures).encode())
    if docs:
        write_docs(figures, _DOCS)
    if as_json:
        print(bench_report.as_json(figures), end="")
        return
    for table in bench_report.tables(figures):
        results.console().print(table)


def _saying(report: Report) -> bench.Report:
    """Return what tells the bar how far it is; without a terminal each part is a line."""

    def tell(what: str, fraction: float) -> None:
        if not progress.console.is_terminal:
            progress.say(f"bench: {what}")
        report(fraction)

    return tell


def write_docs(figures: bench_report.Bench, folder: Path) -> None:
    """Write the three files of the documentation."""
    write_atomic(folder / "bench.json", bench_report.as_json(figures).encode())
    write_atomic(folder / "bench.md", bench_report.markdown(figures).encode())
    write_atomic(folder / "bench.svg", bench_chart.svg(figures).encode())
