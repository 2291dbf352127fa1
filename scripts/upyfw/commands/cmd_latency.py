# SPDX-License-Identifier: MIT
"""upyfw latency: how long a request to the firmware on UNIX takes, and how many there may be."""

import tempfile
from pathlib import Path

import rich_click as click
from rich.table import Table

from upyfw.base import results
from upyfw.base.progress import step
from upyfw.measure import http_rate, latency


@click.command("latency")
def command() -> None:
    """Measure requests to a background job on UNIX: at the prompt, and while programs run.

    Prints milliseconds, and how many requests a second uhttpd answers, beside Microdot alone on
    the same interpreter; it never passes or fails. On a machine that does other things they say
    more about those: `chrt -r 10 ./upyfw latency` puts them aside.
    """
    with tempfile.TemporaryDirectory() as folder, step("latency"):
        figures = latency.run(Path(folder))
        rates = http_rate.run(Path(folder))
    table = Table("", "median ms", "p99 ms", "most ms")
    for one in figures:
        table.add_row(one.what, *(f"{v:.2f}" for v in (one.median_ms, one.p99_ms, one.most_ms)))
    results.console().print(table)
    table = Table("HTTP", "requests/s")
    table.add_row("uhttpd", f"{rates.uhttpd:.0f}")
    table.add_row("Microdot alone", f"{rates.microdot:.0f}")
    table.add_row("share", f"{rates.share:.2f}")
    results.console().print(table)
