# SPDX-License-Identifier: MIT
"""Services give back what their clients took."""

import pytest
from machines import image
from network import Plain, free_port
from session import Session
from web_socket import WebSocket

USED = "> import gc, _upyos; gc.collect(); print(_upyos.heap()[1])"
SESSIONS = "any(getattr(proc, 'session', None) for proc in sdata.procs)"
# what one more free block here or there may make
SLACK_BYTES = 256
ROUNDS = 15


def telnet(session: Session, port: int) -> None:
    client = Plain(port)
    client.until(b"/ $: ")
    client.send(b"pwd\r\n")
    client.until(b"\r\n/\r\n/ $: ")
    client.close()


def upload(session: Session, port: int) -> None:
    client = Plain(port)
    client.send(b"USER admin\r\nEPSV\r\n")
    data = Plain(int(client.until(b"|)\r\n").split(b"|")[3]))
    client.send(b"STOR /tmp/x\r\n")
    data.send(bytes(5000))
    data.close()
    client.until(b"226 ")
    client.send(b"QUIT\r\n")
    client.rest()
    client.close()


def page(session: Session, port: int) -> None:
    """A file, a call of the API, a line in the terminal."""
    for head, body in (
        (b"GET /index.html HTTP/1.1", b""),
        (b"POST /api/fs/list HTTP/1.1", b'{"path": "/etc"}'),
        (b"POST /api/cmd/run HTTP/1.1", b'{"cmd": "echo here"}'),
    ):
        client = Plain(port)
        client.send(b"%s\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (head, len(body), body))
        assert client.rest().startswith(b"HTTP/1.1 200 ")
        client.close()
    client = Plain(port)
    terminal = WebSocket(client)
    terminal.until(b"/ $: ")
    terminal.send(b"pwd\r")
    terminal.until(b"\r\n/\r\n/ $: ")
    client.close()


def used(session: Session) -> int:
    """The heap in use, once the service has let go of its last connection."""
    seen = (session.run(f"sleep 0.2; < {SESSIONS}") for _ in range(100))
    assert "False" in seen
    session.run(USED)
    return int(session.run(USED))


@pytest.mark.parametrize(
    ("service", "use"), [("utelnetd", telnet), ("uftpd", upload), ("uhttpd", page)]
)
def test_no_byte_creeps(machines, service, use):
    files = {"/etc/uftpd.conf": f'{{"data_port": {free_port()}}}'}
    with machines.at_prompt("UNIX", image("UNIX", files)) as session:
        port = free_port()
        session.run(f"{service} start -p {port}")
        for _ in range(ROUNDS):
            use(session, port)
        warm = used(session)
        for _ in range(ROUNDS):
            use(session, port)
        assert used(session) <= warm + SLACK_BYTES
        session.run(f"{service} stop")
