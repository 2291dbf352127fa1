# SPDX-License-Identifier: MIT
"""iperf3 of the board and iperf3 of this machine, both ways round."""

import json
import re
import subprocess
from collections.abc import Iterator

import pytest
from network import LIMIT_S, free_port
from session import Session
from test_net_tools import Peer
from upyfw.source import tools
from web_peers import wait_open

ROW = r" *[\d.]+-[\d.]+ +sec +([\d.]+) KBytes +[\d.]+ Mbits/sec"


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """The port of an iperf3 server that serves one after the other."""
    tools.require("iperf3")
    port = free_port()
    command = ["iperf3", "-s", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_open(port)
    yield port
    process.terminate()
    process.wait()


@pytest.fixture
def unix(machines) -> Iterator[Session]:
    with machines.shared("UNIX", "iperf3", {}) as machine:
        yield Session(machine)


@pytest.mark.parametrize("options", ["-c", "-cr", "-cu", "-cur"])
def test_our_client(unix, server, options):
    rows = unix.run(f"iperf3 {options} -t 1 -p {server} 127.0.0.1").split("\n")
    sent = float(re.match(ROW + " sender", rows[-2])[1])
    came = float(re.match(ROW + " receiver", rows[-1])[1])
    assert sent >= came > 0
    if "u" in options:
        # a million bits a second
        assert sent < 200
        assert re.search(r", 0 of \d+ lost$", rows[-1])
    assert unix.run("echo $?") == "0"


@pytest.mark.parametrize(
    "options", [[], ["-R"], ["-u"], ["-u", "-R"], ["-P", "3"]], ids=lambda words: "".join(words)
)
def test_our_server(unix, options):
    tools.require("iperf3")
    port = free_port()
    unix.type(f"iperf3 -s -1 -p {port}")
    unix.target.read_until(re.compile(rb"listening at port \d+\r\n"), 20)
    place = ["-c", "127.0.0.1", "-p", str(port), "-t", "1", "-J"]
    result = subprocess.run(["iperf3", *place, *options], capture_output=True, timeout=LIMIT_S)
    found = json.loads(result.stdout)
    assert "error" not in found
    end = found["end"]
    for name in ["sum"] if "-u" in options else ["sum_sent", "sum_received"]:
        assert end[name]["bytes"] > 10_000
    shown = unix.wait_prompt()
    assert re.search(ROW + " sender", shown) and re.search(ROW + " receiver", shown)


def test_a_server_that_is_none(unix):
    peer = Peer(b"\x63" * 50, 37)
    said = unix.run(f"iperf3 -c -p {peer.port} 127.0.0.1")
    assert said == "iperf3: 127.0.0.1: not an iperf3"
    peer.join()


def test_a_client_that_is_none(unix):
    port = free_port()
    unix.type(f"iperf3 -s -1 -p {port}")
    unix.target.read_until(re.compile(rb"listening at port \d+\r\n"), 20)
    import socket

    with socket.create_connection(("127.0.0.1", port), LIMIT_S) as client:
        client.sendall(b"x" * 37 + b"\xff\xff\xff\xff")
        assert "a client failed: not an iperf3" in unix.wait_prompt()


def test_nobody_serves(unix):
    assert (
        unix.run(f"iperf3 -c -p {free_port()} 127.0.0.1")
        == "iperf3: 127.0.0.1: connection refused"
    )
    assert unix.run("echo $?") == "1"
