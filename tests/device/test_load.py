# SPDX-License-Identifier: MIT
"""Services under load: a day of mixed traffic by a clock that runs faster, and many idle peers."""

import random
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing

import ftp_server
import pytest
from machines import Machines, built, image
from network import LIMIT_S, Closed, Plain, free_port
from session import Session
from test_service_heap import SLACK_BYTES, USED
from test_telnet import log_in
from upyfw.source import tools
from upyfw.targets.unix import Unix
from web_socket import WebSocket

FASTER = 100
DAY_S = 24 * 3600
# Of a normal run: limits of the services are long enough for a machine that has much to do.
WHILE_FASTER = 10
WHILE_ROUNDS = 500
# It is too short to tell what creeps from what comes and goes.
WHILE_SLACK_BYTES = 2048
IDLE = 200
OTHERS = "'left:', sum(len(getattr(p, 'connections', ())) for p in sdata.procs)"


class Board:
    """A board with telnet, FTP and the web server, without a password."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.telnet, self.ftp, self.http = free_port(), free_port(), free_port()
        session.run(f"utelnetd start -p {self.telnet}")
        session.run(f"uftpd start -p {self.ftp}")
        session.run(f"uhttpd start -p {self.http}")
        self.idle: list[Plain] = []
        self.stays()

    def stays(self) -> None:
        """With somebody there all the time, what is loaded is the same at each reading."""
        self.held = Plain(self.ftp)
        self.held.send(b"USER admin\r\n")
        self.held.until(b"230 ")

    # What peers do; each leaves nothing behind

    def types(self, source: random.Random) -> None:
        with closing(Plain(self.telnet)) as client:
            client.until(b"/ $: ")
            client.send(b"< %d * 7\r\n" % source.randrange(1000))
            client.until(b"\r\n/ $: ")

    def breaks_off(self, source: random.Random) -> None:
        port = source.choice((self.telnet, self.ftp, self.http))
        data = source.randbytes(source.randrange(1, 200))
        with closing(Plain(port)) as client:
            # nothing that keeps the prompt from whoever types next: Enter, a quotation mark, the
            # raw REPL at Ctrl-A
            client.send(bytes(byte for byte in data if byte > 127 or chr(byte).isalnum()))

    def _transfer(
        self, client: Plain, line: bytes, data: bytes = b"", whole: bool = True
    ) -> bytes:
        client.send(b"EPSV\r\n")
        port = int(client.until(b"|)\r\n").split(b"|")[3])
        with socket.create_connection(("127.0.0.1", port), LIMIT_S) as other:
            client.send(line + b"\r\n")
            client.until(b"150 ")
            other.sendall(data)
            if not whole:
                return b""
            other.shutdown(socket.SHUT_WR)
            got = b""
            while part := other.recv(4096):
                got += part
        client.until(b"226 ")
        return got

    def moves_files(self, source: random.Random) -> None:
        data = source.randbytes(source.randrange(8000))
        with closing(Plain(self.ftp)) as client:
            client.send(b"USER admin\r\n")
            client.until(b"230 ")
            self._transfer(client, b"STOR /t/day", data)
            assert self._transfer(client, b"RETR /t/day") == data
            assert b"day\r\n" in self._transfer(client, b"MLSD /t")
            client.send(b"DELE /t/day\r\nQUIT\r\n")
            client.until(b"221 ")

    def breaks_an_upload(self, source: random.Random) -> None:
        with closing(Plain(self.ftp)) as client:
            client.send(b"USER admin\r\n")
            client.until(b"230 ")
            self._transfer(client, b"STOR /t/half", source.randbytes(3000), whole=False)

    def asks(self, source: random.Random) -> None:
        number = source.randrange(1000)
        for line, body, wanted in (
            (b"GET /index.html", b"", b""),
            (b"GET /none.html", b"", b" 404 "),
            (b"POST /api/fs/list", b'{"path": "/t"}', b'"path"'),
            (b"POST /api/cmd/run", b'{"cmd": "< %d * 7"}' % number, b"%d" % (number * 7)),
        ):
            with closing(Plain(self.http)) as client:
                head = line + b" HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
                client.send(head % len(body) + body)
                assert wanted in client.rest()

    def uses_the_page(self, source: random.Random) -> None:
        with closing(Plain(self.http)) as client:
            terminal = WebSocket(client)
            terminal.until(b"/ $: ")
            terminal.send(b"< %d * 7\r" % source.randrange(1000))
            terminal.until(b"\r\n/ $: ")

    def says_nothing(self, source: random.Random) -> None:
        self.idle.append(Plain(self.ftp))
        if len(self.idle) > 3:
            self.idle.pop(0).close()

    def traffic(self, source: random.Random) -> None:
        self.held.send(b"NOOP\r\n")
        self.held.until(b"200 ")
        kinds = (self.types, self.breaks_off, self.moves_files, self.breaks_an_upload)
        source.choice((*kinds, self.says_nothing, self.asks, self.uses_the_page))(source)

    def alone(self) -> int:
        """The heap in use once all other peers have gone."""
        while self.idle:
            self.idle.pop().close()
        seen = (self.session.run(f"sleep 0.2; < {OTHERS}") for _ in range(100))
        assert any(line.endswith("left: 1") for line in seen)
        self.session.run(USED)
        # the line may be drawn again beside a peer that goes
        return int(self.session.run(USED).splitlines()[-1])

    def readings(self, source: random.Random) -> list[int]:
        """The same, some times: tables grow and shrink, and stale words keep this and that."""
        found = []
        for _ in range(6):
            for _ in range(4):
                self.traffic(source)
            found.append(self.alone())
        return found


@pytest.fixture
def fast(tmp_path, full) -> Iterator[Board]:
    """A board whose clock runs faster, and with it all limits of its services."""
    tools.require("faketime")
    clock = f"+0 x{FASTER if full else WHILE_FASTER}"
    wrapper = ["faketime", "-m", "-f", clock, "printenv", "LD_PRELOAD"]
    library = subprocess.run(wrapper, capture_output=True, text=True, check=True).stdout.strip()
    flash = tmp_path / "flash.bin"
    files = {**ftp_server.FILES, "/etc/uftpd.conf": f'{{"data_port": {free_port()}}}'}
    flash.write_bytes(image("UNIX", files))
    environment = {"LD_PRELOAD": library, "FAKETIME": clock}
    with Unix(built("UNIX"), flash, environment=environment) as target:
        session = Session(target)
        session.wait_prompt()
        yield Board(session)


def test_a_day_of_traffic(fast, full):
    """The heap is where it was after the first hours: no byte creeps."""
    source = random.Random(24)
    start_s = time.monotonic()
    # tables and lists have their size after the first hours
    for _ in range(1000 if full else 60):
        fast.traffic(source)
    warm = fast.readings(source)
    rounds = let_go = 0
    while rounds < WHILE_ROUNDS or (full and (time.monotonic() - start_s) * FASTER < DAY_S):
        try:
            fast.traffic(source)
        except (Closed, ConnectionError):
            # limits of the services are a hundredth as long by this clock: a test that had to
            # wait for the processor is let go
            let_go += 1
            fast.stays()
        rounds += 1
    assert let_go <= rounds // 1000
    slack_bytes = SLACK_BYTES if full else WHILE_SLACK_BYTES
    assert min(fast.readings(source)) <= max(warm) + slack_bytes
    assert "Traceback" not in fast.session.text


@pytest.mark.parametrize("name", ["utelnetd", "uftpd"])
def test_idle_peers(machines: Machines, name):
    """None of them is refused or waited for, and who logs in is served."""
    files = {"/etc/system.conf": ftp_server.PASSWORD}
    with machines.at_prompt("UNIX", image("UNIX", files)) as session:
        port = free_port()
        session.run(f"{name} start -p {port}")
        idle = []
        for _ in range(IDLE):
            idle.append(Plain(port))
            idle[-1].until(b"System: " if name == "utelnetd" else b"220 ")
        late = Plain(port)
        if name == "utelnetd":
            log_in(late)
            late.until(b"/ $: ")
            late.send(b"echo here\r\n")
            late.until(b"\r\nhere\r\n")
        else:
            late.send(b"USER admin\r\nPASS pw7\r\nPWD\r\n")
            late.until(b'257 "/"')
            assert session.run("echo here") == "here"
        for peer in [*idle, late]:
            peer.close()
