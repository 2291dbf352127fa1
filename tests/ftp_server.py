# SPDX-License-Identifier: MIT
"""A board with uftpd running, and its clients."""

import contextlib
import ftplib
from collections.abc import Iterator

from machines import image
from network import LIMIT_S, Plain, free_port
from served import Served
from session import Session

PASSWORD = '{"auth": {"user": "admin", "paswd": "pw7"}}'
FILES = {"/t/a.txt": "alpha\n", "/t/sub/b.txt": "b\n", "/boot.py": "# protected\n"}


class Server(Served):
    """A board with the service running, and its clients."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.port = free_port()
        session.run("> import json")
        text = f'{{"data_port": {free_port()}}}'
        session.run(f"> f = open('/etc/uftpd.conf', 'w'); n = f.write('{text}'); f.close()")
        self.output = session.run(f"uftpd start -p {self.port}")

    def client(self, user: str = "admin", password: str = "") -> ftplib.FTP:
        ftp = ftplib.FTP(timeout=LIMIT_S)
        ftp.connect("127.0.0.1", self.port)
        self.clients.append(ftp)
        ftp.login(user, password)
        return ftp

    def plain(self, source: str = "127.0.0.1") -> Plain:
        self.clients.append(Plain(self.port, source))
        return self.clients[-1]


@contextlib.contextmanager
def serving(machines, files: dict[str, str], size_bytes: int = 0) -> Iterator[Server]:
    with machines.at_prompt("UNIX", image("UNIX", files, size_bytes=size_bytes)) as session:
        found = Server(session)
        yield found
        found.close()
