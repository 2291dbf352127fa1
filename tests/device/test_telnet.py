# SPDX-License-Identifier: MIT
"""utelnetd, with clients on loopback."""

from collections.abc import Iterator

import pytest
from machines import image
from network import Plain, free_port
from session import Session

PASSWORD = '{"auth": {"user": "admin", "paswd": "pw7"}}'


class Service:
    """A board with the service running, and its clients."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.port = free_port()
        self.output = session.run(f"utelnetd start -p {self.port}")
        self.clients: list[Plain] = []

    def client(self, source: str = "127.0.0.1") -> Plain:
        self.clients.append(Plain(self.port, source))
        return self.clients[-1]

    def close(self) -> None:
        for client in self.clients:
            client.close()


@pytest.fixture
def service(machines) -> Iterator[Service]:
    """Without a password."""
    with machines.at_prompt("UNIX", image("UNIX", {})) as session:
        found = Service(session)
        yield found
        found.close()


@pytest.fixture
def guarded(machines) -> Iterator[Service]:
    """With a password."""
    with machines.at_prompt("UNIX", image("UNIX", {"/etc/system.conf": PASSWORD})) as session:
        found = Service(session)
        yield found
        found.close()


def test_plain_client_has_the_console(service):
    client = service.client()
    hello = client.until(b"System: ")
    # WILL ECHO, WILL SUPPRESS-GO-AHEAD, DO NAWS, WONT LINEMODE
    assert hello == b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x1f\xff\xfc\x22System: "
    client.until(b"/ $: ")
    client.send(b"< 6 * 7\r\n")
    assert client.until(b"42\r\n/ $: ").endswith(b"< 6 * 7\r\n42\r\n/ $: ")
    assert "\n42\n" in service.session.text
