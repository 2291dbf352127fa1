# SPDX-License-Identifier: MIT
"""The DHCP server of the network over USB: RFC 2131, message by message, and services by mDNS."""

import struct

import pytest
from machines import image

BOARD = "RPI_PICO"
MAGIC = bytes([99, 130, 83, 99])
DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE = range(1, 8)
TYPE, REQUESTED, SERVER = 53, 50, 54
OTHER_MAC = bytes([2, 9, 9, 9, 9, 9])


@pytest.fixture(scope="module")
def flash():
    return image(BOARD, {})


@pytest.fixture
def session(machines, flash):
    """A board whose host has an address."""
    with machines.at_prompt(BOARD, flash) as session:
        assert session.target.cable.wait()
        yield session


class Client:
    """Speaks DHCP with the host's MAC, or another one."""

    def __init__(self, cable, mac: bytes | None = None) -> None:
        state = cable.state()
        self._cable = cable
        self.mac = mac or bytes(state["mac"])
        self.board = bytes(map(int, state["board"].split(".")))
        self.own = bytes(map(int, state["ip"].split(".")))

    def ask(self, kind: int, *, own: bytes = bytes(4), **options: bytes) -> tuple | None:
        """Send a message; (type, offered address) of the answer, or None."""
        head = b"\x01\x01\x06\0" + b"upy!" + bytes(4) + own + bytes(12) + self.mac
        rows = [(TYPE, bytes([kind]))]
        rows += [({"requested": REQUESTED, "server": SERVER}[k], v) for k, v in options.items()]
        tail = b"".join(bytes([code, len(data)]) + data for code, data in rows) + b"\xff"
        message = head + bytes(236 - len(head)) + MAGIC + tail
        found = self._cable.ask_udp("255.255.255.255", 67, message, 0.1, from_port=68)
        return found and self._parse(found[1])

    def _parse(self, message: bytes) -> tuple:
        assert message[0] == 2
        assert message[4:8] == b"upy!"
        assert message[28:34] == self.mac
        assert message[236:240] == MAGIC
        assert message[240:242] == bytes([TYPE, 1])
        return message[242], message[16:20]


@pytest.fixture
def client(session):
    return Client(session.target.cable)


def test_the_lease_is_offered_again_and_renewed(client):
    assert client.ask(DISCOVER) == (OFFER, client.own)
    assert client.ask(REQUEST, requested=client.own, server=client.board) == (ACK, client.own)
    # a renewal names its address in the fixed part
    assert client.ask(REQUEST, own=client.own) == (ACK, client.own)


@pytest.mark.parametrize("wanted", [b"\x0a\0\0\x01", b"\xa9\xfe\x01\x01", b"\xff\xff\xff\xff"])
def test_another_address_is_refused(client, wanted):
    assert client.ask(REQUEST, requested=wanted) == (NAK, bytes(4))


def test_there_is_one_lease(session, client):
    other = Client(session.target.cable, OTHER_MAC)
    assert other.ask(DISCOVER) is None
    assert client.ask(RELEASE, own=client.own) is None
    assert other.ask(DISCOVER) == (OFFER, client.own)


def test_another_server_was_chosen(session, client):
    assert client.ask(REQUEST, requested=client.own, server=b"\x0a\0\0\x01") is None
    other = Client(session.target.cable, OTHER_MAC)
    assert other.ask(DISCOVER) == (OFFER, client.own)


def test_an_address_in_use_is_not_offered_again(client):
    offered = {client.own}
    for _ in range(4):
        assert client.ask(DECLINE, requested=client.own, server=client.board) is None
        kind, address = client.ask(DISCOVER)
        assert kind == OFFER
        assert address not in offered
        offered.add(address)
    # all are in the board's block of eight, without the first, the last and its own
    assert {address[3] % 8 for address in offered} == {2, 3, 4, 5, 6}


def question(name: str, kind: int) -> bytes:
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    return struct.pack(">6H", 1, 0, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", kind, 1)


def test_a_service_is_announced_while_it_runs(session):
    cable = session.target.cable
    pointer = 12
    session.run("uftpd start -p 2121")
    session.target.advance(8)
    found = cable.ask_udp("224.0.0.251", 5353, question("_ftp._tcp.local", pointer))
    assert found is not None
    assert struct.pack(">3H", 0, 0, 2121) in found[1]
    session.run("uftpd stop")
    session.target.advance(8)
    assert cable.ask_udp("224.0.0.251", 5353, question("_ftp._tcp.local", pointer), 2) is None


def test_services_are_announced(session):
    cable = session.target.cable
    nic = "> __import__('network').USBD_NCM().announce"
    for name, port in (("_telnet", 23), ("_ftp", 21), ("_http", 80), ("_http", 8080)):
        assert session.run(f"{nic}('{name}', {port})") == ""
    # there is room for three
    assert session.run(f"{nic}('_nc', 9)") == "OSError: error 12"
    session.target.advance(8)
    pointer = 12
    found = cable.ask_udp("224.0.0.251", 5353, question("_http._tcp.local", pointer))
    assert found is not None
    assert b"upyos-" in found[1]
    # port 8080 in the record of the service
    assert struct.pack(">3H", 0, 0, 8080) in found[1]
    assert session.run(f"{nic}('_http', 0)") == ""
    session.target.advance(8)
    assert cable.ask_udp("224.0.0.251", 5353, question("_http._tcp.local", pointer), 2) is None
