# SPDX-License-Identifier: MIT
"""A board with a certificate, its services under TLS, and their clients."""

import contextlib
import ftplib
import socket
import ssl
import subprocess
from collections.abc import Iterator

from certificates import Authority
from machines import image
from network import LIMIT_S, Plain, free_port
from served import Served
from session import Session
from upyfw.source import tools
from web_server import FILES, PASSWORD, Reply

AUTHORITY = Authority("upyOS test authority")
OTHER = Authority("somebody else")
HOST = "localhost"
CERTIFICATE, KEY = AUTHORITY.pair(HOST)
GUARDED = {"/etc/system.conf": PASSWORD}
PAIR = {"/etc/tls/cert.pem": CERTIFICATE, "/etc/tls/key.pem": KEY}


def context(authority: Authority = AUTHORITY) -> ssl.SSLContext:
    """What a client trusts."""
    return ssl.create_default_context(cadata=authority.pem.decode())


def curl(*arguments) -> subprocess.CompletedProcess:
    tools.require("curl")
    line = ["curl", "-sS", "--max-time", "60", *(str(each) for each in arguments)]
    return subprocess.run(line, capture_output=True, timeout=90)


class Server(Served):
    """A board with uhttpd and uftpd running."""

    def __init__(self, session: Session, ports: dict[str, int]) -> None:
        super().__init__(session)
        self.http, self.https, self.ftp = ports["http"], ports["https"], ports["ftp"]

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.https}"

    def plain(self, port: int) -> Plain:
        self.clients.append(Plain(port))
        return self.clients[-1]

    def ask(self, data: bytes, port: int = 0) -> bytes:
        """Send these bytes under TLS; the answer, which has an end."""
        with socket.create_connection(("127.0.0.1", port or self.https), LIMIT_S) as sock:
            wrapped = context().wrap_socket(sock, server_hostname=HOST, suppress_ragged_eofs=False)
            wrapped.sendall(data)
            found = b""
            while part := wrapped.recv(65536):
                found += part
            return found

    def get(self, target: str, method: str = "GET", body: bytes = b"", cookie: str = "") -> Reply:
        lines = [f"{method} {target} HTTP/1.1", f"Host: {HOST}", f"Content-Length: {len(body)}"]
        if cookie:
            lines.append(f"Cookie: {cookie}")
        return Reply(self.ask("\r\n".join(lines).encode() + b"\r\n\r\n" + body))

    def client(self, password: str = "pw7", protected: bool = True) -> ftplib.FTP_TLS:
        ftp = ftplib.FTP_TLS(context=context(), timeout=LIMIT_S)
        ftp.connect(HOST, self.ftp)
        self.clients.append(ftp)
        ftp.login("admin", password)
        if protected:
            ftp.prot_p()
        return ftp


@contextlib.contextmanager
def serving(
    machines, files: dict[str, str] | None = None, settings: str = "", size_bytes: int = 0
) -> Iterator[Server]:
    """settings: what /etc/uftpd.conf and /etc/uhttpd.conf have besides."""
    ports = {name: free_port() for name in ("http", "https", "ftp", "data")}
    confs = {
        "/etc/uhttpd.conf": f'{{"port": {ports["http"]}{settings}}}',
        "/etc/uhttpsd.conf": f'{{"port": {ports["https"]}}}',
        "/etc/uftpd.conf": f'{{"port": {ports["ftp"]}, "data_port": {ports["data"]}{settings}}}',
    }
    flash = image("UNIX", {**FILES, **PAIR, **confs, **(files or {})}, size_bytes=size_bytes)
    with machines.at_prompt("UNIX", flash) as session:
        found = Server(session, ports)
        session.run("uhttpd start")
        session.run("uftpd start")
        yield found
        found.close()
