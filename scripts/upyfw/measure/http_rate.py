# SPDX-License-Identifier: MIT
"""How many requests a second uhttpd answers, and how fast wget is.

uhttpd on UNIX, beside Microdot alone on the same program; both on the emulated board, by its
clock.
"""

import contextlib
import http.server
import re
import shutil
import socket
import subprocess
import sysconfig
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from upyfw.base.errors import UpyfwError
from upyfw.board import variant
from upyfw.build import firmware
from upyfw.image import fsimage
from upyfw.measure import bench
from upyfw.targets.emulator import Emulator
from upyfw.targets.unix import Unix

REQUESTS = 1000
# each one is measured so often, by turns: the best counts, for a machine does other things too
ROUNDS = 5
_LIMIT_S = 30
_BODY = b"hello\n"
_FILES = {"/etc/init.sh": b"#\n", "/www/hello.txt": _BODY}
_REQUEST = (
    b"GET /hello.txt HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: upyfw\r\nAccept: */*\r\n\r\n"
)
# argument: the port; the firmware's own main does not run
_MICRODOT = """import sys
sys.path[:] = [".frozen", "{folder}"]
from microdot import Microdot
app = Microdot()
@app.route("/hello.txt")
async def hello(request):
    return "hello\\n", {{"Content-Type": "text/plain"}}
app.run(host="127.0.0.1", port={port})
"""


@dataclass(frozen=True)
class Rates:
    """Requests a second."""

    uhttpd: float
    microdot: float

    @property
    def share(self) -> float:
        """What uhttpd does of what Microdot does."""
        return self.uhttpd / self.microdot


def run(folder: Path, requests: int = REQUESTS) -> Rates:
    """Measure both; folder is for the file that stands for the flash, and for Microdot."""
    with _uhttpd(folder) as own, _microdot(folder) as other:
        rounds = [(_rate(own, requests), _rate(other, requests)) for _ in range(ROUNDS)]
    return Rates(max(rate for rate, _ in rounds), max(rate for _, rate in rounds))


def on_board(folder: Path, requests: int = 10) -> float:
    """Return the requests a second, one after the other, over the USB cable of the emulated board.

    By the board's own clock; the first one, which loads the modules, does not count.
    """
    what = variant.of(bench.BOARD)
    flash = folder / "board.bin"
    flash.write_bytes(fsimage.make(what.board, _FILES))
    made = firmware.build(bench.BOARD)
    with Emulator(made.firmware, flash, flash_bytes=what.board.flash.size_bytes) as target:
        target.wait_prompt()
        target.cable.wait()
        target.run("uhttpd start")
        times = [target.cable.exchange(80, _REQUEST) for _ in range(requests + 1)][1:]
    if not all(answer.data.endswith(_BODY) for answer in times):
        raise UpyfwError("the board did not send the file")
    return requests / sum(answer.seconds for answer in times)


def wget_on_board(folder: Path, size_bytes: int = 64 << 10) -> float:
    """Return how many KB (1,000 bytes) a second wget writes, over the USB cable of the board.

    From a server of this machine: the emulated board waits for that as a real one would. The first
    run, which loads the modules, does not count.
    """
    what = variant.of(bench.BOARD)
    flash = folder / "wget.bin"
    flash.write_bytes(fsimage.make(what.board, _FILES))
    made = firmware.build(bench.BOARD)
    with (
        Emulator(made.firmware, flash, flash_bytes=what.board.flash.size_bytes) as target,
        http.server.HTTPServer(("127.0.0.1", 0), _page(bytes(size_bytes))) as server,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        target.wait_prompt()
        target.cable.wait()
        target.cable.reach(8000, server.server_port)
        line = f"time wget -q -O /tmp/file http://{target.cable.state()['ip']}:8000/file"
        target.stream(lambda data: None)
        try:
            said = [target.run(line, _LIMIT_S) for _ in range(2)][1]
        finally:
            target.stream(None)
            server.shutdown()
    took = re.fullmatch(r"real (\d+)m([\d.]+)s", said.strip())
    if not took:
        raise UpyfwError(f"wget did not get the file: {said}")
    return size_bytes / (int(took[1]) * 60 + float(took[2])) / 1000


def _page(body: bytes) -> type[http.server.BaseHTTPRequestHandler]:
    """A server that has one file."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Page


@contextlib.contextmanager
def _uhttpd(folder: Path) -> Iterator[int]:
    """A board that serves a file; its port."""
    what = variant.of("UNIX")
    flash = folder / "flash.bin"
    flash.write_bytes(fsimage.make(what.board, _FILES))
    with Unix(firmware.build("UNIX").firmware, flash) as target:
        target.wait_prompt()
        port = _free_port()
        target.run(f"uhttpd start -p {port}")
        yield port


@contextlib.contextmanager
def _microdot(folder: Path) -> Iterator[int]:
    """Microdot of the Python package, without upyOS; its port."""
    port = _free_port()
    place = folder / "lib" / "microdot"
    place.mkdir(parents=True)
    package = Path(sysconfig.get_paths()["purelib"]) / "microdot"
    for name in ("__init__.py", "microdot.py"):
        shutil.copy(package / name, place)
    script = folder / "hello.py"
    script.write_text(_MICRODOT.format(folder=place.parent, port=port))
    process = subprocess.Popen([firmware.build("UNIX").firmware, script])
    try:
        _await(port)
        yield port
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _await(port: int) -> None:
    """Wait until somebody listens."""
    end = time.monotonic() + _LIMIT_S
    while time.monotonic() < end:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), _LIMIT_S).close()
            return
        time.sleep(0.05)
    raise UpyfwError("Microdot did not start")


def _rate(port: int, requests: int) -> float:
    start = time.perf_counter()
    for _ in range(requests):
        _request(port)
    return requests / (time.perf_counter() - start)


def _request(port: int) -> None:
    """Get the file, until the connection is closed."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), _LIMIT_S) as peer:
        peer.sendall(_REQUEST)
        while data := peer.recv(4096):
            answer += data
    if not answer.endswith(_BODY):
        raise UpyfwError(f"not the file: {answer!r}")
