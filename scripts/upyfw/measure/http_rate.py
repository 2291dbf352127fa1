# SPDX-License-Identifier: MIT
"""How many requests a second uhttpd answers on UNIX, beside Microdot alone on the same program."""

import contextlib
import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from upyfw.base.errors import UpyfwError
from upyfw.board import variant
from upyfw.build import firmware
from upyfw.image import fsimage
from upyfw.targets.unix import Unix

REQUESTS = 1000
# each one is measured so often, by turns: the best counts, for a machine does other things too
ROUNDS = 5
_LIMIT_S = 30
_BODY = b"hello\n"
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


@contextlib.contextmanager
def _uhttpd(folder: Path) -> Iterator[int]:
    """A board that serves a file; its port."""
    what = variant.of("UNIX")
    flash = folder / "flash.bin"
    flash.write_bytes(fsimage.make(what.board, {"/etc/init.sh": b"#\n", "/www/hello.txt": _BODY}))
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
