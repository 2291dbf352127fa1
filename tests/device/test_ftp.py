# SPDX-License-Identifier: MIT
"""uftpd, with ftplib, lftp and plain sockets."""

import contextlib
import ftplib
import io
import random
from collections.abc import Iterator

import pytest
from machines import board, file_system, image
from network import LIMIT_S, Plain, free_port
from session import Session
from upyfw import fsimage

PASSWORD = '{"auth": {"user": "admin", "paswd": "pw7"}}'
FILES = {"/t/a.txt": "alpha\n", "/t/sub/b.txt": "b\n", "/boot.py": "# protected\n"}


class Server:
    """A board with the service running, and its clients."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.port = free_port()
        session.run("> import json")
        text = f'{{"data_port": {free_port()}}}'
        session.run(f"> f = open('/etc/uftpd.conf', 'w'); n = f.write('{text}'); f.close()")
        self.output = session.run(f"uftpd start -p {self.port}")
        self.clients: list = []

    def client(self, user: str = "admin", password: str = "") -> ftplib.FTP:
        ftp = ftplib.FTP(timeout=LIMIT_S)
        ftp.connect("127.0.0.1", self.port)
        self.clients.append(ftp)
        ftp.login(user, password)
        return ftp

    def plain(self, source: str = "127.0.0.1") -> Plain:
        self.clients.append(Plain(self.port, source))
        return self.clients[-1]

    def files(self) -> dict[str, bytes]:
        """What is on the flash."""
        return fsimage.read(board("UNIX"), file_system(self.session, "UNIX"))

    def close(self) -> None:
        for client in self.clients:
            client.close()


@contextlib.contextmanager
def serving(machines, files: dict[str, str]) -> Iterator[Server]:
    with machines.at_prompt("UNIX", image("UNIX", files)) as session:
        found = Server(session)
        yield found
        found.close()


@pytest.fixture
def server(machines) -> Iterator[Server]:
    """Without a password."""
    with serving(machines, FILES) as found:
        yield found


@pytest.fixture
def guarded(machines) -> Iterator[Server]:
    """With a password, in clear text as an old configuration has it."""
    with serving(machines, {**FILES, "/etc/system.conf": PASSWORD}) as found:
        yield found


def listing(ftp: ftplib.FTP, command: str) -> list[str]:
    lines: list[str] = []
    ftp.retrlines(command, lines.append)
    return lines


def got(ftp: ftplib.FTP, path: str, rest: int | None = None) -> bytes:
    data = io.BytesIO()
    ftp.retrbinary(f"RETR {path}", data.write, rest=rest)
    return data.getvalue()


def test_a_large_file_goes_there_and_back(server):
    data = random.Random(7).randbytes(1 << 19)
    ftp = server.client()
    ftp.storbinary("STOR /t/big.bin", io.BytesIO(data))
    assert ftp.size("/t/big.bin") == len(data)
    assert got(ftp, "/t/big.bin") == data
    assert got(ftp, "/t/big.bin", rest=500_000) == data[500_000:]
    ftp.quit()
    assert server.files()["/t/big.bin"] == data
