# SPDX-License-Identifier: MIT
"""How long the firmware on UNIX takes to answer a request, whatever runs in the foreground."""

import contextlib
import socket
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from upyfw.board import variant
from upyfw.build import firmware
from upyfw.image import fsimage
from upyfw.measure import ftp_rate
from upyfw.targets.unix import Unix

REQUESTS = 200
_LIMIT_S = 30
# room for the files whose way there is measured
_FLASH_BYTES = 8 << 20
# an async program that sends each line back, and a synchronous one that does not give way
_ECHO = """import asyncio
async def answer(reader, writer):
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()
async def __main__(args):
    await asyncio.start_server(answer, "127.0.0.1", int(args[0]))
    while proc.sts != "S":
        await asyncio.sleep_ms(200)
"""
_BUSY = """def __main__(args):
    while True:
        pass
"""
_FILES = {"/etc/init.sh": b"#\n", "/t/echo.py": _ECHO.encode(), "/t/busy.py": _BUSY.encode()}
_FILES["/t/bare.py"] = ftp_rate.PROGRAM
# what is typed before the requests; Ctrl-C ends it
_FOREGROUND = {
    "at the prompt": "",
    "while sleep runs": "sleep 1000",
    "while Python is busy": "/t/busy",
}


@dataclass(frozen=True)
class Figure:
    """Milliseconds from the connection to the answer, of REQUESTS of them."""

    what: str
    median_ms: float
    p99_ms: float
    most_ms: float


def run(folder: Path) -> tuple[list[Figure], ftp_rate.Rates]:
    """Measure; folder is for the file that stands for the flash."""
    with _started(folder) as target:
        port = _free_port()
        target.run(f"/t/echo {port} &")
        _request(port)
        figures = [_figure(what, line, target, port) for what, line in _FOREGROUND.items()]
        target.run("killall echo")
        return figures, ftp_rate.measure(target, _free_port(), _free_port())


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def _started(folder: Path) -> Iterator[Unix]:
    what = variant.of("UNIX")
    flash = folder / "flash.bin"
    flash.write_bytes(fsimage.make(fsimage.resized(what.board, _FLASH_BYTES), _FILES))
    with Unix(firmware.build("UNIX").firmware, flash) as target:
        target.wait_prompt()
        yield target


def _figure(what: str, line: str, target: Unix, port: int) -> Figure:
    if line:
        target.send(line.encode() + b"\r")
        target.read_quiet(0.5)
    times_ms = sorted(_request(port) for _ in range(REQUESTS))
    if line:
        target.send(b"\x03")
        target.wait_prompt()
    p99_ms = times_ms[REQUESTS * 99 // 100 - 1]
    return Figure(what, statistics.median(times_ms), p99_ms, times_ms[-1])


def _request(port: int) -> float:
    """Connect, send a line, wait for it; the milliseconds."""
    start = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), _LIMIT_S) as peer:
        peer.sendall(b"x\n")
        peer.recv(10)
    return (time.perf_counter() - start) * 1000
