# SPDX-License-Identifier: MIT
"""`upyfw find`: boards among what announces itself by mDNS, on the loopback interface."""

import json
import socket

import pytest
from upyfw import cli
from upyfw.remote import find
from zeroconf import ServiceInfo, Zeroconf


def info(kind: str, host: str, port: int, address: str = "127.0.0.1") -> ServiceInfo:
    whole = f"{kind}._tcp.local."
    addresses = [socket.inet_aton(address)]
    return ServiceInfo(
        whole, f"{host}.{whole}", port, addresses=addresses, server=f"{host}.local."
    )


def test_services_of_a_board_are_one_board():
    found = find.merged(
        [
            info("_telnet", "upyos-000001", 23),
            info("_ftp", "upyos-000001", 21, "169.254.1.1"),
            info("_http", "printer", 80),
            info("_http", "upyos-000002", 8080),
        ]
    )
    assert [board.name for board in found] == ["upyos-000001.local", "upyos-000002.local"]
    assert found[0].services == {"telnet": 23, "ftp": 21}
    assert found[0].addresses == ["127.0.0.1", "169.254.1.1"]


@pytest.fixture
def loopback():
    """What announces, and what looks, both on the loopback interface."""
    both = [Zeroconf(interfaces=["127.0.0.1"]) for _ in range(2)]
    yield both
    for one in both:
        one.close()


def test_an_announced_board_is_found(loopback):
    for kind, port in (("_telnet", 23), ("_ftp", 21)):
        loopback[0].register_service(info(kind, "upyos-0000fe", port))
    boards = find.boards(3, loopback[1])
    assert [(board.name, board.services) for board in boards] == [
        ("upyos-0000fe.local", {"telnet": 23, "ftp": 21})
    ]


def test_nobody_answers(monkeypatch, capsys):
    monkeypatch.setattr(find, "boards", lambda wait_s: [])
    assert cli.run(["find", "--json"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out) == []
    assert "no board answered" in captured.err
