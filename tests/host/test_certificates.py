# SPDX-License-Identifier: MIT
"""`upyfw certificate`: OpenSSL takes what it makes, if it trusts its authority."""

import socket
import ssl
import stat
import threading

import pytest
from upyfw.base.errors import BadInput
from upyfw.remote import certificates

NAMES = ("upyos-0a1b2c.local", "127.0.0.1")


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setattr(certificates, "cache_dir", lambda: tmp_path / "cache")


def greeted(folder, trusted, name: str) -> str:
    """The version of TLS that a client and a server with these files agree on."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    client = ssl.create_default_context(cafile=trusted)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    here, there = socket.socketpair()

    def serve() -> None:
        try:
            server.wrap_socket(there, server_side=True).close()
        except OSError:
            there.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(here, server_hostname=name) as wrapped:
            return wrapped.version()
    finally:
        here.close()
        thread.join()


def test_a_certificate_is_for_its_names(tmp_path):
    made = certificates.make(NAMES, tmp_path / "a")
    assert [path.name for path in made] == ["cert.pem", "key.pem", "ca.pem"]
    for name in NAMES:
        assert greeted(tmp_path / "a", made[2], name).startswith("TLSv1")
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        greeted(tmp_path / "a", made[2], "other.local")


def test_one_authority_is_for_all_boards(tmp_path):
    first = certificates.make(NAMES, tmp_path / "a")
    second = certificates.make(("b.local",), tmp_path / "b")
    assert first[2].read_bytes() == second[2].read_bytes()
    assert greeted(tmp_path / "b", first[2], "b.local").startswith("TLSv1")
    with pytest.raises(ssl.SSLCertVerificationError):
        greeted(tmp_path / "b", None, "b.local")


def test_keys_are_for_this_user(tmp_path):
    made = certificates.make(NAMES, tmp_path / "a")
    for path in (made[1], tmp_path / "cache" / "tls" / "ca-key.pem"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_refused(tmp_path):
    for name in ("a b", "-x", "", "a..b", "x_y"):
        with pytest.raises(BadInput, match="neither a host name nor an address"):
            certificates.make((name,), tmp_path / "a")
    assert not (tmp_path / "a").exists()
    certificates.make(NAMES, tmp_path / "a")
    with pytest.raises(BadInput, match="there is a key already"):
        certificates.make(NAMES, tmp_path / "a")
    (tmp_path / "cache" / "tls" / "ca-key.pem").write_text("x")
    with pytest.raises(BadInput, match="the authority is damaged"):
        certificates.make(NAMES, tmp_path / "b")
