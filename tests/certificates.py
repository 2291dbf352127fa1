# SPDX-License-Identifier: MIT
"""Certificates of a small authority of our own, good ones and bad ones, and a server with them."""

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = datetime.timedelta(days=1)
PAGE = b"over TLS\n"
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(PAGE), PAGE)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def text_of(key, password: bytes = b"") -> str:
    """A private key as PEM."""
    form = serialization.PrivateFormat.PKCS8
    hidden = serialization.BestAvailableEncryption(password) if password else None
    guard = hidden or serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, guard).decode()


class Authority:
    """Issues certificates; `pem` is its own."""

    def __init__(self, name: str) -> None:
        self.name = _name(name)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._issue(self.name, self.key.public_key(), (-9, 99), authority=True)
        self.pem = self._certificate.public_bytes(serialization.Encoding.PEM)
        self.der = self._certificate.public_bytes(serialization.Encoding.DER)

    def _issue(self, name, key, days, host="", authority=False) -> x509.Certificate:
        """A certificate valid from and to so many days from now."""
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + days[0] * _DAY)
            .not_valid_after(now + days[1] * _DAY)
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
        )
        if host:
            known = x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else None
            alternative = x509.SubjectAlternativeName([known or x509.DNSName(host)])
            builder = builder.add_extension(alternative, critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def server(self, folder: Path, host: str, days: tuple[int, int] = (-1, 9)) -> Path:
        """A file with key and certificate of a server."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._issue(_name(host), key.public_key(), days, host)
        file = folder / f"{host}{days[0]}{days[1]}{id(self)}.pem"
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        file.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
        return file

    def pair(self, host: str) -> tuple[str, str]:
        """Certificate and key of a server, PEM each."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._issue(_name(host), key.public_key(), (-1, 9), host)
        return certificate.public_bytes(serialization.Encoding.PEM).decode(), text_of(key)

    def below(self, name: str) -> "Authority":
        """Another authority, which this one vouches for."""
        found = Authority(name)
        certificate = self._issue(found.name, found.key.public_key(), (-9, 99), authority=True)
        found.pem = certificate.public_bytes(serialization.Encoding.PEM)
        return found

    def own(self, folder: Path) -> Path:
        """A file with key and certificate of a server that nobody else vouches for."""
        file = folder / f"own{id(self)}.pem"
        secret = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        file.write_bytes(secret + self.pem)
        return file


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.wfile.write(self.server.answer)

    def log_message(self, *args):
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass


@contextmanager
def serving(pem: Path, answer: bytes = _ANSWER) -> Iterator[int]:
    """The port of a server on loopback that shows a certificate, and says the same to all."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.answer = answer
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
