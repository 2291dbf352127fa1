# SPDX-License-Identifier: MIT
"""ntpupdate with a time server on loopback, and the clock of a board."""

import datetime
import re
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from machines import image
from network import free_port
from session import Session
from upyfw.source import tools

# 2031-12-31 23:30:00 UTC: with an hour more it is the next year
NEW_YEAR = 1956526200
TO_1970 = 2208988800
# the command, and what it did to the clock: a host's clock is not ours to set
SET = (
    "> import upyos_port; upyos_port.set_time = lambda t: print('set to', t);"
    " p = sdata.procs[0]; a = sdata.initime; b = p.stt;"
    " n = sdata.upyos.run_cmd('ntpupdate 127.0.0.1:%d');"
    " print('moved', sdata.initime - a, int(p.stt - b), n)"
)


class Server(threading.Thread):
    """An SNTP server: answers each request with `answer(request)`, a list of packets."""

    def __init__(self, answer) -> None:
        super().__init__(daemon=True)
        self.answer = answer
        self.requests: list[bytes] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def run(self) -> None:
        while True:
            try:
                data, sender = self.socket.recvfrom(100)
            except OSError:
                return
            if data == b"end":
                return
            self.requests.append(data)
            for packet in self.answer(data):
                self.socket.sendto(packet, sender)

    def end(self) -> None:
        self.socket.sendto(b"end", ("127.0.0.1", self.port))
        self.join()
        self.socket.close()


def packet(request: bytes, seconds: int, *, first=0x24, stratum=2, fraction=0) -> bytes:
    """An answer as RFC 4330 has it: our version and mode, the client's time given back."""
    times = struct.pack(">II", (seconds + TO_1970) % 2**32, fraction)
    return bytes([first, stratum, 6, 0xEC]) + bytes(20) + request[40:48] + times + times


@contextmanager
def serving(answer) -> Iterator[Server]:
    server = Server(answer)
    server.start()
    try:
        yield server
    finally:
        server.end()


@pytest.fixture
def unix(machines) -> Iterator[Session]:
    with machines.shared("UNIX", "time", FILES) as machine:
        session = Session(machine)
        session.run("export TZ 0")
        yield session


FILES = {
    "/t/count.py": (
        "import asyncio, sdata\n"
        "async def __main__(args):\n"
        "  sdata.n = 0\n"
        "  while proc.sts != 'S':\n"
        "    sdata.n += 1\n"
        "    await asyncio.sleep_ms(20)\n"
    )
}


def good(request: bytes) -> list[bytes]:
    return [packet(request, NEW_YEAR)]


def test_the_time_is_shown_and_the_request_is_one(unix):
    with serving(good) as server:
        output = unix.run(f"ntpupdate 127.0.0.1:{server.port}")
    assert output == "Wed 31/Dec/2031 23:30:00\nntpupdate: clock: not permitted"
    assert unix.run("echo $?") == "1"
    (request,) = server.requests
    # version 4, client; all else but the transmit time is zero (RFC 4330, 5)
    assert request[:40] == b"\x23" + bytes(39)
    assert request[40:] != bytes(8)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("+1", "Thu 01/Jan/2032 00:30:00"),
        ("-3.5", "Wed 31/Dec/2031 20:00:00"),
        ("+5.75", "Thu 01/Jan/2032 05:15:00"),
        ("14", "Thu 01/Jan/2032 13:30:00"),
        ("-12", "Wed 31/Dec/2031 11:30:00"),
        ("''", "Wed 31/Dec/2031 23:30:00"),
    ],
)
def test_zone(unix, zone, shown):
    unix.run(f"export TZ {zone}")
    with serving(good) as server:
        assert unix.run(f"ntpupdate 127.0.0.1:{server.port}").startswith(shown + "\n")


@pytest.mark.parametrize("zone", ["here", "nan", "+15", "1e30", "1:30", "½"])
def test_bad_zone_is_a_warning(unix, zone):
    unix.run(f"export TZ {zone}")
    with serving(good) as server:
        lines = unix.run(f"ntpupdate 127.0.0.1:{server.port}").split("\n")
    assert lines[0].startswith("ntpupdate: $TZ: ")
    assert lines[1] == "Wed 31/Dec/2031 23:30:00"


def test_start_times_move_with_the_clock(unix):
    unix.run("/t/count &")
    with serving(good) as server:
        output = unix.run(SET % server.port)
    unix.run("killall count")
    unix.run("wait")
    pattern = r"Wed 31/Dec/2031 23:30:00\nset to (\d+)\nmoved (\d+) (\d+) 0"
    moment, started, job = map(int, re.fullmatch(pattern, output).groups())
    assert moment == NEW_YEAR
    assert started == job
    # uptime is what it was, so the start is late by as much as the clock went on
    assert unix.run(f"< 0 <= {NEW_YEAR} - sdata.initime < 3600") == "True"
    unix.run(f"> sdata.initime -= {started}")


def test_the_half_second_counts(unix):
    with serving(lambda r: [packet(r, NEW_YEAR, fraction=0x80000000)]) as server:
        assert "23:30:01" in unix.run(f"ntpupdate 127.0.0.1:{server.port}")


def test_after_2036(unix):
    # the seconds of NTP begin anew on 2036-02-07 06:28:16
    with serving(lambda r: [packet(r, 2**32 - TO_1970 + 4)]) as server:
        assert "Thu 07/Feb/2036 06:28:20" in unix.run(f"ntpupdate 127.0.0.1:{server.port}")


def test_what_is_no_answer_to_us_is_passed_over(unix):
    def forged(request):
        other = packet(bytes(48), 0)
        return [b"", b"short", other, packet(request, 0, first=0x23), *good(request)]

    with serving(forged) as server:
        assert "2031" in unix.run(f"ntpupdate 127.0.0.1:{server.port}")


@pytest.mark.parametrize("wrong", [{"first": 0xE4}, {"stratum": 0}, {"stratum": 16}])
def test_a_server_without_time(unix, wrong):
    with serving(lambda r: [packet(r, NEW_YEAR, **wrong)]) as server:
        output = unix.run(f"ntpupdate 127.0.0.1:{server.port}")
    assert output == "ntpupdate: 127.0.0.1: the server has no time"


def test_silence_has_a_limit_and_tasks_go_on(unix):
    unix.run("/t/count &")
    with serving(lambda r: []) as server:
        unix.run("> a = sdata.n")
        output = unix.run(f"ntpupdate 127.0.0.1:{server.port}")
    assert output == "ntpupdate: 127.0.0.1: timed out"
    assert unix.run("< sdata.n - a > 20") == "True"
    unix.run("killall count")
    unix.run("wait")


def test_nobody_there(unix):
    with serving(good) as server:
        port = server.port
    output = unix.run(f"ntpupdate 127.0.0.1:{port}")
    assert output == "ntpupdate: 127.0.0.1: connection refused"


def test_unknown_host(unix):
    assert unix.run("ntpupdate 127.0.0.300") == "ntpupdate: 127.0.0.300: unknown host"


@pytest.fixture
def chronyd(tmp_path) -> Iterator[int]:
    """The port of a chronyd that takes this machine's clock for right."""
    tools.require("chronyd")
    port = free_port()
    conf = tmp_path / "chrony.conf"
    conf.write_text(
        f"port {port}\ncmdport 0\nbindaddress 127.0.0.1\nallow 127.0.0.1\nlocal stratum 8\n"
        f"pidfile {tmp_path}/pid\nbindcmdaddress /\n"
    )
    command = ["/usr/sbin/chronyd", "-x", "-d", "-u", "root", "-f", str(conf)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield port
    process.terminate()
    process.wait()


def test_chronyd(unix, chronyd):
    for _ in range(100):
        # it begins to answer when it is up
        output = unix.run(f"ntpupdate 127.0.0.1:{chronyd}")
        if "refused" not in output:
            break
        unix.target.read_quiet(0.05, 5)
    shown, why = output.split("\n")
    moment = datetime.datetime.strptime(shown, "%a %d/%b/%Y %H:%M:%S")
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    assert abs(now - moment) < datetime.timedelta(seconds=30)
    assert why == "ntpupdate: clock: not permitted"


def test_the_clock_of_a_board(machines):
    with machines.at_prompt("RPI_PICO", image("RPI_PICO", {})) as board:
        board.run(f"> import upyos_port; upyos_port.set_time({NEW_YEAR + 1799})")
        assert board.run("date").startswith("Wed 31/Dec/2031 23:59:59")
        board.target.advance(1)
        assert board.run("date").startswith("Thu 01/Jan/2032 00:00:0")
        assert board.run("ntpupdate 127.0.0.1") == "ntpupdate: 127.0.0.1: host unreachable"
