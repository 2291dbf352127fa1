# SPDX-License-Identifier: MIT
"""https of uhttpd, where there is a certificate, with curl and Chromium."""

import base64
import json
import re
import socket
import ssl

import pytest
import web_page
from certificates import text_of
from machines import image
from network import LIMIT_S, free_port
from playwright.sync_api import expect
from tls_boards import (
    AUTHORITY,
    CERTIFICATE,
    GUARDED,
    HOST,
    KEY,
    PAIR,
    curl,
    serving,
)
from web_page import in_terminal, log_in, view
from web_server import FILES, Reply

BIG = FILES["/www/big.csv"].encode()


def test_curl(tls_server, authorities, tmp_path):
    server = tls_server
    good, other = authorities
    assert curl("--cacert", good, f"{server.url}/a.txt").stdout == b"alpha\n"
    assert curl("--cacert", good, f"{server.url}/big.csv").stdout == BIG
    refused = curl("--cacert", other, f"{server.url}/a.txt")
    assert (refused.returncode, refused.stdout) == (60, b"")
    assert b"certificate" in refused.stderr
    assert curl(f"http://{HOST}:{server.http}/a.txt").stdout == b"alpha\n"


def test_authorities_between_are_sent(machines, authorities):
    between = AUTHORITY.below("between")
    certificate, key = between.pair(HOST)
    chain = {"/etc/tls/cert.pem": certificate + between.pem.decode(), "/etc/tls/key.pem": key}
    with serving(machines, chain) as server:
        assert curl("--cacert", authorities[0], f"{server.url}/a.txt").stdout == b"alpha\n"


def test_start_says_both_ports_and_both_are_one_service(tls_server):
    server = tls_server
    said = server.session.run("uhttpd status")
    assert f":{server.http}\n" in said
    assert re.search(rf"uhttpsd: .*:{server.https}", said)
    assert "uhttpsd start" in server.session.run("ps")
    server.session.run("uhttpd restart")
    assert server.get("/a.txt").body == b"alpha\n"
    assert server.session.run("uhttpd stop; ps").count("uhttp") == 0
    assert server.session.run("uhttpd status") == "uhttpd: not running"
    for port in (server.http, server.https):
        with pytest.raises(ConnectionRefusedError):
            server.plain(port)


def test_the_cookie_is_for_https_alone(tls_server):
    server = tls_server
    secret = json.dumps({"user": "admin", "password": "pw7"}).encode()
    assert server.get("/api/status").status == 401
    field = server.get("/api/login", "POST", secret).fields["set-cookie"]
    cookie, *attributes = field.split("; ")
    assert cookie.startswith("__Host-upyos=")
    assert set(attributes) == {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"}
    assert server.get("/api/status", cookie=cookie).status == 200
    # one of http, which others may have read, is none here
    assert server.get("/api/status", cookie=cookie.removeprefix("__Host-")).status == 401
    assert server.get("/api/logout", cookie=cookie).fields["set-cookie"].startswith("__Host-")
    assert server.get("/api/status", cookie=cookie).status == 401


def test_http_leads_to_https(strict_tls_server, authorities):
    server = strict_tls_server
    place = f"http://{HOST}:{server.http}"
    assert curl("--cacert", authorities[0], "-L", f"{place}/a.txt").stdout == b"alpha\n"
    client = server.plain(server.http)
    client.send(b"POST /x%20y?q=1 HTTP/1.1\r\nHost: board:8\r\nContent-Length: 3\r\n\r\nabc")
    reply = Reply(client.rest())
    assert (reply.status, reply.body) == (307, b"")
    assert reply.fields["location"] == f"https://board:{server.https}/x%20y?q=1"
    for head in (b"Host: a\tb", b"Host: ", b"X: y", b"Host: <b>"):
        client = server.plain(server.http)
        client.send(b"GET / HTTP/1.1\r\n" + head + b"\r\n\r\n")
        assert Reply(client.rest()).status == 400


def test_the_page_and_its_terminal(machines):
    port, https = free_port(), free_port()
    files = {**PAIR, **GUARDED, "/etc/uhttpsd.conf": f'{{"port": {https}}}'}
    board = machines.at_prompt("UNIX", image("UNIX", files))
    with web_page.browser() as browser, board as session:
        session.run(f"uhttpd start -p {port}")
        url = f"https://{HOST}:{https}"
        with web_page.opened(browser, url, "desktop", any_certificate=True) as page:
            log_in(page)
            expect(page.locator("#cards")).to_contain_text("uhttpsd")
            view(page, "Terminal")
            expect(page.locator("#screen")).to_contain_text("$:")
            in_terminal(page, "< 6 * 7", "42")
            assert [cookie["secure"] for cookie in page.context.cookies()] == [True]


LOCKED = text_of(AUTHORITY.key, b"secret")
WRONG = [
    ({"/etc/tls/key.pem": "x"}, "/etc/tls/key.pem: no private key in it"),
    ({"/etc/tls/key.pem": LOCKED}, "/etc/tls/key.pem: the key has a passphrase"),
    ({"/etc/tls/cert.pem": KEY}, "/etc/tls/cert.pem: no certificate in it"),
    (
        {"/etc/tls/cert.pem": CERTIFICATE.replace("\nMI", "\nAA", 1)},
        "damaged: /etc/tls/cert.pem or /etc/tls/key.pem",
    ),
    ({"/etc/tls/key.pem": None}, "/etc/tls/key.pem: no such file or directory"),
]


@pytest.mark.parametrize(("files", "why"), WRONG)
def test_a_certificate_that_is_none(machines, files, why):
    whole = {path: text for path, text in {**PAIR, **files}.items() if text is not None}
    with machines.at_prompt("UNIX", image("UNIX", whole)) as session:
        for name in ("uhttpd", "uftpd"):
            port = free_port()
            assert session.run(f"{name} start -p {port}") == f"{name}: start: {why}"
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), LIMIT_S)
            assert session.run(f"{name} status") == f"{name}: not running"


def test_der_files(machines, authorities):
    key = base64.b64decode("".join(KEY.splitlines()[1:-1]))
    pair = {"/etc/tls/cert.pem": ssl.PEM_cert_to_DER_cert(CERTIFICATE), "/etc/tls/key.pem": key}
    port, https = free_port(), free_port()
    files = {"/etc/uhttpsd.conf": f'{{"port": {https}}}', "/www/a.txt": "alpha\n"}
    with machines.at_prompt("UNIX", image("UNIX", files, overlay=pair)) as session:
        session.run(f"uhttpd start -p {port}")
        url = f"https://{HOST}:{https}/a.txt"
        assert curl("--cacert", authorities[0], url).stdout == b"alpha\n"


def test_tls_that_must_be_and_has_no_certificate(machines):
    files = {"/etc/uftpd.conf": '{"tls": true}'}
    with machines.at_prompt("UNIX", image("UNIX", files)) as session:
        said = session.run(f"uftpd start -p {free_port()}")
        assert said == "uftpd: start: /etc/tls/key.pem: no such file or directory"


def test_a_port_of_https_that_is_taken(machines):
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port, https = free_port(), taken.getsockname()[1]
        files = {**PAIR, "/etc/uhttpsd.conf": f'{{"port": {https}}}'}
        with machines.at_prompt("UNIX", image("UNIX", files)) as session:
            said = session.run(f"uhttpd start -p {port}")
            assert said == f"uhttpd: start: port {https}: address in use"
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), LIMIT_S)


def test_a_board_without_tls_says_so(machines):
    with machines.at_prompt("RPI_PICO", image("RPI_PICO", PAIR, lean=True)) as session:
        for name in ("uhttpd", "uftpd"):
            said = session.run(f"{name} start")
            assert said == f"{name}: start: this board has no TLS for /etc/tls/cert.pem"
