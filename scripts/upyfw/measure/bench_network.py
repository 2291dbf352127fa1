# SPDX-License-Identifier: MIT
"""Services in the emulator, over the USB cable: the heap they take, and how quick they are.

Times are of the emulated clock, sleep and flash operations included.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from upyfw.base.errors import UpyfwError
from upyfw.board.variant import Variant
from upyfw.build.firmware import Artifacts
from upyfw.image import fsimage
from upyfw.measure import bench_machine
from upyfw.measure.bench_machine import Machine
from upyfw.measure.bench_report import NetworkFigures
from upyfw.targets import prompts
from upyfw.targets.cable import Exchanged, Talk

# The services, each with its port.
SERVICES = {"utelnetd": 23, "uftpd": 21, "uhttpd": 80}
DATA_PORT = 13333
FILE = bytes(range(256)) * 256
ECHOES = 20
REQUESTS = 10
# What one of several connections may be more than another.
CONNECTIONS = 3

_COLLECT = "> gc.collect()"
_BODY = b"hello\n"
_FILES = {"/etc/init.sh": b"#\n", "/n/file": FILE, "/www/hello.txt": _BODY}
_GET = b"GET /hello.txt HTTP/1.1\r\nHost: board\r\nUser-Agent: upyfw\r\nAccept: */*\r\n\r\n"
# its head as far as a browser sends it; the key is the one of RFC 6455
_UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: board\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)
_GUARDED = {"/etc/system.conf": b'{"auth": {"user": "admin", "paswd": "pw"}}'}
_PROMPT = b"/ $: "
_LIMIT_S = 120.0


def measure(folder: Path, what: Variant, made: Artifacts) -> NetworkFigures:
    """Measure a firmware with a network over USB; folder is for the flash image."""
    with started(folder, what, made) as machine:
        idle = idle_bytes(machine)
        control = ftp_connection_bytes(machine)
        data = ftp_data_bytes(machine)
        read, written = ftp_kb_per_s(machine)
        echo_ms = telnet_echo_ms(machine)
        request, terminal = http_connection_bytes(machine)
        per_s = http_per_s(machine)
    with started(folder, what, made, _GUARDED) as machine:
        session = telnet_connection_bytes(machine)
    each = {
        "telnet session": session,
        "FTP control connection": control,
        "FTP transfer": data,
        "HTTP request": request,
        "terminal in the page": terminal,
    }
    return NetworkFigures(idle, each, read, written, echo_ms, per_s)


@contextmanager
def started(
    folder: Path, what: Variant, made: Artifacts, files: dict[str, bytes] | None = None
) -> Iterator[Machine]:
    """A board at its prompt, whose host has an address."""
    flash = folder / "network.bin"
    flash.write_bytes(fsimage.make(what.board, {**_FILES, **(files or {})}))
    with bench_machine.started(made.firmware, made.elf, prompts.SHELL, flash) as machine:
        machine.wait()
        machine.emulator.cable.wait()
        # the first Python line makes the session's names, which stay
        machine.type(_COLLECT)
        yield machine


def idle_bytes(machine: Machine) -> int:
    """Return the heap that all services together take while nobody is connected."""
    before = _free(machine)
    for name in SERVICES:
        machine.type(name + " start")
    found = before - _free(machine)
    for name in SERVICES:
        machine.type(name + " stop")
    return found


def ftp_connection_bytes(machine: Machine) -> int:
    """Return the heap that a further FTP connection takes, where one is there already."""
    machine.type("uftpd start")
    talks = [_greeted(machine)]
    before = _free(machine)
    talks += [_greeted(machine) for _ in range(CONNECTIONS)]
    after = _free(machine)
    machine.type("uftpd stop")
    return (before - after) // CONNECTIONS


def ftp_data_bytes(machine: Machine) -> int:
    """Return the heap that an FTP transfer and its connection take."""
    machine.type("uftpd start")
    control = _greeted(machine)
    before = _free(machine)
    control.say(b"PASV\r\n", until=b"227 ")
    talk = machine.emulator.cable.open(DATA_PORT)
    control.say(b"STOR /n/other\r\n", until=b"150 ")
    talk.say(FILE[:1000], limit=0.2)
    after = _free(machine)
    machine.type("uftpd stop")
    return before - after


def _greeted(machine: Machine) -> Talk:
    """An FTP connection that is open to anybody."""
    talk = machine.emulator.cable.open(SERVICES["uftpd"])
    talk.say(b"USER anybody\r\n", until=b"230 ")
    return talk


def telnet_connection_bytes(machine: Machine) -> int:
    """Return the heap that the telnet session takes, where somebody is at the log-in already."""
    machine.type("utelnetd start")
    talks = [machine.emulator.cable.open(SERVICES["utelnetd"]) for _ in range(2)]
    for talk in talks:
        talk.say(until=b"Login: ")
    machine.rest()
    before = _free(machine)
    talks[1].say(b"admin\r\n", until=b"Password: ")
    talks[1].say(b"pw\r\n", until=b"has the console", limit=_LIMIT_S)
    machine.rest()
    session = before - _free(machine)
    talks[0].say(end=True, limit=1)
    at_log_in = _free(machine) - before + session
    machine.type("utelnetd stop")
    return session + at_log_in


def _free(machine: Machine) -> int:
    machine.type(_COLLECT)
    return machine.collected(_COLLECT).free_bytes


def ftp_kb_per_s(machine: Machine) -> tuple[float, float]:
    """Return how many KB (1,000 bytes) a second are read and written."""
    machine.type("uftpd start")
    control = _greeted(machine)
    found = [
        len(FILE) / _transfer_s(machine, control, line, data) / 1000
        for line, data in ((b"RETR /n/file", b""), (b"STOR /n/other", FILE))
    ]
    machine.type("uftpd stop")
    return found[0], found[1]


def _transfer_s(machine: Machine, control: Talk, line: bytes, data: bytes) -> float:
    """Return the seconds from a command to the end of its data connection."""
    control.say(b"PASV\r\n", until=b"227 ")
    talk = machine.emulator.cable.open(DATA_PORT)
    start_ns = machine.emulator.clock_ns
    control.say(line + b"\r\n", until=b"150 ")
    if talk.say(data, end=bool(data), limit=_LIMIT_S).reason is not True:
        raise UpyfwError(f"bench: {line.decode()} did not end")
    return (machine.emulator.clock_ns - start_ns) / 1e9


def telnet_echo_ms(machine: Machine) -> float:
    """Return how long a typed character takes to come back."""
    machine.type("utelnetd start")
    talk = machine.emulator.cable.open(SERVICES["utelnetd"])
    talk.say(until=_PROMPT)
    talk.say(limit=1)
    seconds = [talk.say(b"x", until=b"x").seconds for _ in range(ECHOES)]
    talk.say(b"\x03", limit=1)
    machine.type("utelnetd stop")
    return sorted(seconds)[ECHOES // 2] * 1000


def http_connection_bytes(machine: Machine) -> tuple[int, int]:
    """Return the heap of a further request in progress, and of the terminal it may become.

    Somebody is there already, with a head that is not whole.
    """
    machine.type("uhttpd start")
    talks = [_asking(machine)]
    before = _free(machine)
    talks += [_asking(machine) for _ in range(CONNECTIONS)]
    request = (before - _free(machine)) // CONNECTIONS
    before = _free(machine)
    talks[1].say(b"\r\n", until=b" 101 ")
    machine.rest()
    terminal = request + before - _free(machine)
    machine.type("uhttpd stop")
    return request, terminal


def _asking(machine: Machine) -> Talk:
    """A connection to the web server that has sent all of a head but its last line end."""
    talk = machine.emulator.cable.open(SERVICES["uhttpd"])
    talk.say(_UPGRADE, limit=0.2)
    return talk


def http_per_s(machine: Machine) -> float:
    """Return how many requests a second are answered, each on a connection of its own."""
    machine.type("uhttpd start")
    _get(machine)
    seconds = [_get(machine).seconds for _ in range(REQUESTS)]
    machine.type("uhttpd stop")
    return REQUESTS / sum(seconds)


def _get(machine: Machine) -> Exchanged:
    found = machine.emulator.cable.exchange(SERVICES["uhttpd"], _GET)
    if not found.data.endswith(_BODY):
        raise UpyfwError("bench: the web server did not send the file")
    return found
