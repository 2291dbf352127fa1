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

    Prints milliseconds; how many requests a second uhttpd answers, beside Microdot alone on the
    same interpreter, and on the emulated board; how fast uftpd takes a file, beside a bare loop
    that receives and writes; how fast wget on the emulated board is. It never passes or fails. On
    a machine that does other things the figures say more about those: `chrt -r 10 ./upyfw latency`
    puts them aside.
    """
    with tempfile.TemporaryDirectory() as folder, step("latency"):
        figures, ftp = latency.run(Path(folder))
        rates = http_rate.run(Path(folder))
        on_board = http_rate.on_board(Path(folder))
        wget = http_rate.wget_on_board(Path(folder))
    table = Table("", "median ms", "p99 ms", "most ms")
    for one in figures:
        table.add_row(one.what, *(f"{v:.2f}" for v in (one.median_ms, one.p99_ms, one.most_ms)))
    results.console().print(table)
    table = Table("HTTP", "requests/s")
    table.add_row("uhttpd", f"{rates.uhttpd:.0f}")
    table.add_row("Microdot alone", f"{rates.microdot:.0f}")
    table.add_row("share", f"{rates.share:.2f}")
    table.add_row("uhttpd on the emulated board", f"{on_board:.0f}")
    results.console().print(table)
    table = Table("2 MiB received and written", "MB/s")
    table.add_row("a bare loop", f"{ftp.bare / 1e6:.1f}")
    table.add_row("uftpd", f"{ftp.ftp / 1e6:.1f} ({ftp.share:.2f} of it)")
    table.add_row("wget on the emulated board, 64 KiB", f"{wget / 1e3:.3f}")
    results.console().print(table)
