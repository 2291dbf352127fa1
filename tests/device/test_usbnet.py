# SPDX-License-Identifier: MIT
"""The network over the USB cable: the firmware that users flash, and real sockets of the host."""

import http.client
import http.server
import re
import socket
import struct
import threading
from collections.abc import Iterator
from random import Random

import pytest
from machines import image
from session import Session
from usbnet_programs import FILES

BOARD = "RPI_PICO"
PROMPT_S = 20
DATA = bytes(range(256)) * 64
# what is hashed to the addresses of the emulated chip's number
ADDRESS = re.compile(r"169\.254\.\d+\.\d+")


@pytest.fixture(scope="module")
def flash():
    return image(BOARD, FILES)


@pytest.fixture
def session(machines, flash):
    """A board whose host has an address."""
    with machines.at_prompt(BOARD, flash) as session:
        assert session.target.cable.wait()
        yield session


@pytest.fixture
def cable(session):
    return session.target.cable


def begin(session: Session, line: str) -> None:
    """Type a line of a program that says that it is ready."""
    session.target.send(line.encode() + b"\r")
    session.target.read_until(re.compile(rb"ready\r\n"), PROMPT_S)


def status(session: Session) -> dict[str, str]:
    """What `usbnet status` prints."""
    lines = session.run("usbnet status").splitlines()
    return {name: text.strip() for name, _, text in (line.partition(":") for line in lines)}


# ---- addresses -------------------------------------------------------------------------------


def test_host_gets_an_address_and_no_route(cable):
    state = cable.state()
    assert ADDRESS.fullmatch(state["ip"])
    board, host = (bytes(map(int, state[end].split("."))) for end in ("board", "ip"))
    assert board[:3] == host[:3]
    assert board[3] // 8 == host[3] // 8
    options = state["lease"]
    # mask, lease time, type, server: neither router (3) nor name server (6)
    assert sorted(map(int, options)) == [1, 51, 53, 54]
    assert options["1"] == [255, 255, 255, 248]


def test_ping(cable):
    assert cable.ping(b"") is True
    # as long as a frame may be
    assert cable.ping(DATA[:1472]) is True


def test_status_says_what_the_host_sees(session, cable):
    shown = status(session)
    state = cable.state()
    assert shown["State"] == "connected"
    assert (shown["Address"], shown["Host"]) == (state["board"], state["ip"])
    assert session.run("echo $?") == "0"


def test_name_is_found_by_mdns(session, cable):
    name = status(session)["Name"]
    assert re.fullmatch(r"upyos-[0-9a-f]{6}\.local", name)
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"
    question = struct.pack(">6H", 0x4242, 0, 1, 0, 0, 0) + labels + struct.pack(">2H", 1, 1)
    # the responder tries first whether the name is free, and again with its IPv6 address
    session.target.advance(6)
    answer = cable.ask_udp("224.0.0.251", 5353, question)
    assert answer is not None
    board = bytes(map(int, cable.state()["board"].split(".")))
    assert b"\0\x04" + board in answer[1]


def test_host_without_dhcp_is_served(machines, flash):
    with machines.started(BOARD, flash) as session:
        cable = session.target.cable
        cable.use_dhcp(False)
        session.wait_prompt()
        assert cable.wait()
        shown = status(session)
        assert (shown["State"], shown["Host"]) == ("connected", "asked for no address")
        cable.know(shown["Address"])
        assert cable.ping(b"hello") is True


# ---- TCP -------------------------------------------------------------------------------------


def test_echo(session, cable):
    begin(session, "echod")
    assert cable.exchange(7, b"hello", 5).data == b"hello"
    done = cable.exchange(7, DATA, end=True)
    assert (done.data == DATA, done.reason) == (True, True)


def test_nobody_listens(cable):
    assert cable.exchange(4711).reason == "reset"


def test_real_sockets(session, cable):
    begin(session, "echod")
    port = cable.forward(7)
    session.target.stream(lambda data: None)
    try:
        for _ in range(3):
            assert echoed(port) == DATA
    finally:
        session.target.stream(None)


def echoed(port: int) -> bytes:
    """What comes back over a socket of this machine."""
    with socket.create_connection(("127.0.0.1", port), 60) as client:
        sender = threading.Thread(target=lambda: (client.sendall(DATA), client.shutdown(1)))
        sender.start()
        got = b"".join(iter(lambda: client.recv(4096), b""))
        sender.join()
    return got


def test_a_web_client_of_this_machine(session, cable):
    begin(session, "page &")
    client = http.client.HTTPConnection("127.0.0.1", cable.forward(80), timeout=60)
    session.target.stream(lambda data: None)
    try:
        for _ in range(5):
            client.request("GET", "/")
            assert client.getresponse().read() == bytes(range(256)) * 40
            client.close()
    finally:
        session.target.stream(None)


class Page(http.server.BaseHTTPRequestHandler):
    """A server of this machine with one page."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(DATA[:5000] + b"end of page")

    def log_message(self, *args):
        pass


def test_the_board_reaches_a_server_of_this_machine(session, cable):
    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cable.reach(8000, server.server_port)
        session.target.stream(lambda data: None)
        try:
            shown = session.run("fetch")
        finally:
            session.target.stream(None)
            server.shutdown()
    assert re.fullmatch(r"\d{4} b'end of page'", shown)


def test_what_came_before_a_reset_is_read(session, cable):
    begin(session, "slow")
    # the limit ends the connection with a reset
    assert cable.exchange(7, DATA[:1000], limit=0.5).reason == "max_ms"
    shown = session.target.read_until(re.compile(rb"got \d+ \w+"), PROMPT_S)
    assert b"got 1000 104" in shown


def test_more_than_the_board_takes_waits(session, cable):
    begin(session, "slow")
    done = cable.exchange(7, DATA, end=True)
    assert done.reason is True
    shown = session.target.read_until(re.compile(rb"got \d+ \w+"), PROMPT_S)
    assert b"got %d end" % len(DATA) in shown


# ---- faults of MicroPython 1.26.1 ------------------------------------------------------------


def test_lookup_ends_though_the_link_is_gone(session, cable):
    begin(session, "resolver")
    session.target.advance(0.1)
    cable.plug(False)
    session.target.advance(60)
    cable.plug(True)
    shown = session.target.read_until(re.compile(rb"lookup \w+ \d+"), PROMPT_S)
    assert re.search(rb"lookup failed ([1-9]|[1-4]\d)$", shown)


def test_unread_connections_stop_no_other(session, cable):
    begin(session, "unread")
    for _ in range(3):
        assert cable.exchange(7, DATA, keep=True, limit=0.5).reason == "max_ms"
    assert cable.exchange(7, DATA, end=True, limit=60).data == DATA


# ---- switching, and pulling the cable --------------------------------------------------------


def test_off_and_on(session, cable):
    assert session.run("usbnet off") == ""
    session.target.advance(0.2)
    assert cable.state()["up"] is False
    assert status(session)["State"] == "off"
    assert session.run("echo $?") == "1"
    assert session.run("usbnet on") == ""
    assert cable.wait()
    assert cable.ping(b"hello") is True


def test_soft_reset_keeps_the_network(session, cable):
    session.target.send(b"exit\r")
    session.target.advance(1)
    session.target.send(b"\x04")
    session.wait_prompt()
    assert cable.ping(b"hello") is True
    begin(session, "echod")
    assert cable.exchange(7, b"hello", 5).data == b"hello"


def test_cable_pulled_in_a_transfer(session, cable):
    begin(session, "aecho &")
    cable.exchange(7, DATA, limit=0.005)
    cable.plug(False)
    session.target.advance(3)
    assert cable.state()["present"] is False
    cable.plug(True)
    assert cable.wait()
    assert cable.exchange(7, b"hello", 5).data == b"hello"
    # what the shell drew meanwhile
    session.target.advance(0.1)
    assert status(session)["State"] == "connected"


def test_console_survives_a_pulled_cable(session, cable):
    cable.plug(False)
    session.target.advance(3)
    cable.plug(True)
    session.target.advance(1)
    assert session.run("echo hello") == "hello"


# ---- hostile hosts ---------------------------------------------------------------------------


def head(length: int, table: int) -> bytes:
    return struct.pack("<IHHHH", 0x484D434E, 12, 0, length, table)


BAD_BLOCKS = {
    "noise": bytes(range(1, 61)),
    "short": b"NCMH",
    "table outside": head(32, 60000) + bytes(20),
    "table too long": head(32, 12) + struct.pack("<IHH", 0x304D434E, 0xFFF8, 0) + bytes(12),
    "no frame": head(28, 12) + struct.pack("<IHH4H", 0x304D434E, 16, 0, 0, 0, 0, 0),
    "frame outside": head(28, 12) + struct.pack("<IHH4H", 0x304D434E, 16, 0, 20, 60000, 0, 0),
    "runt": head(30, 12) + struct.pack("<IHH4H", 0x304D434E, 16, 0, 28, 2, 0, 0) + b"ab",
}


def test_bad_blocks_stop_nothing(session, cable):
    for block in BAD_BLOCKS.values():
        cable.send_block(block)
        session.target.advance(0.05)
        assert cable.ping(b"hello") is True
    assert session.run("echo $?") == "0"


def mutated_blocks(state: dict, count: int) -> Iterator[bytes]:
    """Blocks with a frame in which some bytes are other ones; each hundredth is a good ARP."""
    random = Random(16459)
    board = bytes(map(int, state["board"].split(".")))
    host = bytes(map(int, state["ip"].split(".")))
    mac = bytes(state["mac"])
    arp = b"\x08\x06" + bytes([0, 1, 8, 0, 6, 4, 0, 1]) + mac + host + bytes(6) + board
    ip = bytes([0x45, 0, 0, 60, 0, 0, 0, 0, 64, 0, 0, 0]) + host + board
    echo = b"\x08\x00" + ip[:9] + b"\x01" + ip[10:] + b"\x08" + bytes(39)
    syn = b"\x08\x00" + ip[:9] + b"\x06" + ip[10:] + bytes([9, 9, 0, 7]) + bytes(36)
    for number in range(count):
        good = number % 100 == 99
        frame = b"\xff" * 6 + mac + (arp if good else random.choice((arp, echo, syn)))
        table = struct.pack("<IHH4H", 0x304D434E, 16, 0, 28, len(frame), 0, 0)
        block = bytearray(head(28 + len(frame), 12) + table + frame)
        for _ in range(0 if good else random.randint(0, 6)):
            block[random.randrange(len(block))] = random.choice((0, 1, 255, random.randrange(256)))
        cut = not good and random.random() < 0.2
        yield bytes(block[: random.randint(1, len(block))] if cut else block)


def test_mutated_blocks_stop_nothing(session, cable):
    for number, block in enumerate(mutated_blocks(cable.state(), 2000)):
        cable.send_block(block)
        session.target.advance(0.002)
        if number % 100 == 99:
            assert cable.ping(b"hello") is True
    assert session.run("echo $?") == "0"


def test_bad_dhcp_messages_stop_nothing(session, cable):
    address = cable.state()["board"]
    fixed = b"\x01\x01\x06\0" + bytes(232) + bytes([99, 130, 83, 99])
    for options in (b"", b"\x35", b"\x35\xff\x01", b"\x35\x01", b"\0" * 300, b"\x32\x04\x01" * 90):
        cable.ask_udp(address, 67, fixed + options, 0.05)
    cable.ask_udp(address, 67, fixed[:200], 0.05)
    assert cable.ping(b"hello") is True


# ---- elsewhere -------------------------------------------------------------------------------


def test_board_without_it_says_so(machines):
    with machines.at_prompt("UNIX", image("UNIX", {})) as session:
        for word in ("on", "off", "status"):
            said = session.run(f"usbnet {word}")
            assert said == f"usbnet: {word}: this board has no network over USB"
            assert session.run("echo $?") == "1"
