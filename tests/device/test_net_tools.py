# SPDX-License-Identifier: MIT
"""ping, ifconfig, hostname and nc on UNIX, with peers on loopback."""

import re
import socket
import subprocess
import threading
from collections.abc import Iterator

import pytest
from network import LIMIT_S, free_port
from session import Session


@pytest.fixture
def unix(machines) -> Iterator[Session]:
    with machines.shared("UNIX", "net-tools", {"/t/a.txt": "alpha\nbeta\n"}) as machine:
        yield Session(machine)


# ---- ping ------------------------------------------------------------------------------------


def test_ping(unix):
    lines = unix.run("ping -c 2 127.0.0.1").split("\n")
    for number in (1, 2):
        row = rf"64 bytes from 127\.0\.0\.1: icmp_seq={number}( ttl=\d+)? time=\d+\.\d{{3}} ms"
        assert re.fullmatch(row, lines[number - 1])
    assert lines[2] == "2 packets transmitted, 2 received, 0% packet loss"
    assert re.fullmatch(r"rtt min/avg/max = [\d.]+/[\d.]+/[\d.]+ ms", lines[3])
    assert unix.run("echo $?") == "0"


def test_ping_counts_what_did_not_come(unix):
    line = (
        "> import uping; uping.Echo._matching = lambda *a: None;"
        " print(uping.ping('127.0.0.1', 2, timeout=50))"
    )
    assert unix.run(line).split("\n") == [
        "127.0.0.1: icmp_seq=1 timed out",
        "127.0.0.1: icmp_seq=2 timed out",
        "2 packets transmitted, 0 received, 100% packet loss",
        "(2, 0)",
    ]


def test_ping_is_a_library(unix):
    line = "> import uping; print(uping.ping('127.0.0.1', 3, interval=1, quiet=True, size=1472))"
    assert unix.run(line) == "(3, 3)"


def test_ctrl_c_ends_with_the_sum(unix):
    start = len(unix.target.output)
    unix.type("ping -c 1000 127.0.0.1")
    unix.target.read_until(re.compile(rb"icmp_seq=2 "), 20)
    unix.run("\u0003")
    shown = unix.target.output[start:]
    assert re.search(rb"(\d+) packets transmitted, \1 received, 0% packet loss", shown)
    assert unix.run("echo $?") == "0"


def test_ping_nobody(unix):
    assert unix.run("ping nowhere.invalid") == "ping: nowhere.invalid: unknown host"


# ---- addresses -------------------------------------------------------------------------------


def test_ifconfig_shows_what_the_host_has(unix):
    said = unix.run("ifconfig")
    assert said.startswith("lo: connected\n  Address: 127.0.0.1\n  Mask:    255.0.0.0\n")
    own = subprocess.run(["cat", "/sys/class/net/lo/address"], capture_output=True, text=True)
    assert f"\n  MAC:     {own.stdout.strip().upper()}\n" in said


# ---- nc --------------------------------------------------------------------------------------


class Peer(threading.Thread):
    """Takes one connection: says something, reads to the end or so many bytes, and closes."""

    def __init__(self, says: bytes = b"", reads: int = 0, resets: bool = False) -> None:
        super().__init__(daemon=True)
        self.resets = resets
        self.says = says
        self.reads = reads
        self.got = b""
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.start()

    def run(self) -> None:
        client, _ = self.listening.accept()
        client.settimeout(LIMIT_S)
        client.sendall(self.says)
        while len(self.got) < self.reads:
            data = client.recv(4096)
            if not data:
                break
            self.got += data
        if self.resets:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.close()
        self.listening.close()


def test_nc_shows_what_comes(unix):
    peer = Peer(b"hello\nthere")
    assert unix.run(f"nc 127.0.0.1 {peer.port}") == "hello\nthere"
    assert unix.run("echo $?") == "0"


def test_nc_sends_a_file(unix):
    peer = Peer(b"", 11)
    assert unix.run(f"nc 127.0.0.1 {peer.port} < /t/a.txt") == ""
    peer.join()
    assert peer.got == b"alpha\nbeta\n"


def test_nc_sends_what_is_typed(unix):
    peer = Peer(b"go\n", 4)
    unix.type(f"nc 127.0.0.1 {peer.port}")
    unix.target.read_until(re.compile(rb"go\r?\n"), 20)
    unix.type("abc")
    unix.wait_prompt()
    peer.join()
    assert peer.got == b"abc\n"


def test_nc_ends_when_it_is_quiet(unix):
    peer = Peer(b"one\n", 99)
    assert unix.run(f"cat /t/a.txt | nc -w 0.2 127.0.0.1 {peer.port}") == "one"
    peer.join()
    assert peer.got == b"alpha\nbeta\n"


def test_nc_listens(unix):
    port = free_port()
    unix.type(f"nc -l {port}")
    for _ in range(100):
        unix.target.read_quiet(0.02, 5)
        try:
            client = socket.create_connection(("127.0.0.1", port), LIMIT_S)
            break
        except ConnectionRefusedError:
            continue
    client.sendall(b"from afar\n")
    client.close()
    assert "from afar\n" in unix.wait_prompt()


def test_nc_shows_what_came_before_a_reset(unix):
    peer = Peer(b"last words\n", 0, resets=True)
    said = unix.run(f"nc 127.0.0.1 {peer.port}")
    assert said == "last words\nnc: 127.0.0.1: connection reset"


def test_nc_of_a_port_in_use(unix):
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        assert unix.run(f"nc -l {port}") == f"nc: {port}: address in use"


def test_nc_nobody(unix):
    port = free_port()
    assert unix.run(f"nc 127.0.0.1 {port}") == "nc: 127.0.0.1: connection refused"
    assert unix.run("echo $?") == "1"


def test_ctrl_c_ends_nc(unix):
    peer = Peer(b"here\n", 99)
    unix.type(f"nc 127.0.0.1 {peer.port}")
    unix.target.read_until(re.compile(rb"here\r?\n"), 20)
    start = len(unix.target.output)
    unix.run("\u0003")
    assert b"nc: ended" in unix.target.output[start:]
    peer.join()
