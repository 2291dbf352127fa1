# SPDX-License-Identifier: MIT
"""upyfw bench: figures of the firmware beside those of bare MicroPython."""

import tempfile
from pathlib import Path

import rich_click as click
from rich.console import Console

from upyfw import bench, bench_chart, bench_report
from upyfw.files import write_atomic
from upyfw.paths import REPO
from upyfw.progress import step

_DOCS = REPO / "docs"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--svg", type=click.Path(path_type=Path), help="Write the chart to FILE.")
@click.option("--docs", is_flag=True, help="Write docs/bench.json, bench.md and bench.svg.")
def command(as_json: bool, svg: Path | None, docs: bool) -> None:
    """Measure the firmware in the emulator, side by side with the bare one.

    Prints cycles and heap; it never passes or fails.
    """
    with tempfile.TemporaryDirectory() as folder, step("bench") as report:
        figures = bench.run(Path(folder), report)
    if svg:
        write_atomic(svg, bench_chart.svg(figures).encode())
    if docs:
        write_docs(figures, _DOCS)
    if as_json:
        print(bench_report.as_json(figures), end="")
        return
    for table in bench_report.tables(figures):
        Console().print(table)


def write_docs(figures: bench_report.Bench, folder: Path) -> None:
    """Write the three files of the documentation."""
    write_atomic(folder / "bench.json", bench_report.as_json(figures).encode())
    write_atomic(folder / "bench.md", bench_report.markdown(figures).encode())
    write_atomic(folder / "bench.svg", bench_chart.svg(figures).encode())
