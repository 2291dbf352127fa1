# SPDX-License-Identifier: MIT
"""https with certificates that hold, and with such as do not."""

from collections.abc import Iterator

import pytest
from certificates import PAGE, Authority, serving
from machines import image
from session import Session
from web_peers import Nginx, page, scripted

UNKNOWN = "the certificate is not correctly signed by the trusted CA"
GOOD = Authority("upyOS test authority")
OTHER = Authority("somebody else")
FILES = {
    "/t/good.pem": "# a comment\n" + OTHER.pem.decode() + "\n" + GOOD.pem.decode(),
    "/t/other.pem": OTHER.pem.decode(),
    "/t/none.pem": "# nothing\n",
    "/t/bad.pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
}


@pytest.fixture
def unix(machines) -> Iterator[Session]:
    with machines.shared("UNIX", "tls", FILES) as machine:
        yield Session(machine)


def said(unix: Session, port: int, host: str = "localhost", certs: str = "/t/good.pem") -> str:
    """What curl prints, without its name and the address."""
    url = f"https://{host}:{port}/"
    return unix.run(f"curl -C {certs} {url}").removeprefix(f"curl: {url}: ")


def test_a_good_certificate(unix, tmp_path):
    with serving(GOOD.server(tmp_path, "localhost")) as port:
        assert said(unix, port) == PAGE.decode().strip()
        url = f"https://localhost:{port}/x.txt"
        assert "9 bytes" in unix.run(f"wget -C /t/good.pem -O /t/x.txt {url}")
    assert unix.run("cat /t/x.txt") == PAGE.decode().strip()


def test_a_good_certificate_of_an_address(unix, tmp_path):
    with serving(GOOD.server(tmp_path, "127.0.0.1")) as port:
        assert said(unix, port, "127.0.0.1") == PAGE.decode().strip()


def test_the_servers_own_certificate_is_a_pin(unix, tmp_path, machines):
    server = Authority("localhost")
    files = {"/t/pin.pem": server.pem.decode()}
    pin = machines.at_prompt("UNIX", image("UNIX", files))
    with pin as other, serving(server.own(tmp_path)) as port:
        assert said(other, port, certs="/t/pin.pem") == PAGE.decode().strip()
    with serving(server.own(tmp_path)) as port:
        assert said(unix, port).endswith("is not correctly signed by the trusted CA")


def test_a_der_file(machines, tmp_path):
    flash = image("UNIX", {}, overlay={"/t/good.der": GOOD.der})
    good = GOOD.server(tmp_path, "localhost")
    with machines.at_prompt("UNIX", flash) as other, serving(good) as port:
        assert said(other, port, certs="/t/good.der") == PAGE.decode().strip()


def test_the_roots_of_the_image_are_read_and_not_enough(unix, tmp_path):
    with serving(GOOD.server(tmp_path, "localhost")) as port:
        url = f"https://localhost:{port}/"
        shown = unix.run(f"curl {url}")
    assert shown == f"curl: {url}: certificate refused: {UNKNOWN}"
    assert unix.run("echo $?") == "1"


@pytest.mark.parametrize(
    ("host", "days", "why"),
    [
        ("localhost", (-9, -1), "the certificate validity has expired"),
        ("localhost", (1, 9), "the certificate validity starts in the future"),
        ("example.com", (-1, 9), "the certificate Common Name (CN) does not match with"),
    ],
)
def test_bad_certificates(unix, tmp_path, host, days, why):
    with serving(GOOD.server(tmp_path, host, days)) as port:
        shown = said(unix, port)
    assert shown.startswith("certificate refused: " + why)
    assert "\n" not in shown
    assert unix.run("echo $?") == "1"


def test_another_authority(unix, tmp_path):
    with serving(GOOD.server(tmp_path, "localhost")) as port:
        shown = said(unix, port, certs="/t/other.pem")
    assert (
        shown == "certificate refused: the certificate is not correctly signed by the trusted CA"
    )


def test_files_without_certificates(unix, tmp_path):
    with serving(GOOD.server(tmp_path, "localhost")) as port:
        assert said(unix, port, certs="/t/none.pem") == "no certificates in /t/none.pem"
        assert said(unix, port, certs="/t/absent.pem") == "no certificates in /t/absent.pem"
        assert said(unix, port, certs="/t/bad.pem") == "damaged certificate in /t/bad.pem"


def test_a_server_without_tls(unix, tmp_path):
    server = Nginx(tmp_path)
    try:
        shown = said(unix, server.port)
    finally:
        server.stop()
    assert shown.startswith("no TLS with this server: ")


def test_a_redirect_does_not_leave_tls(unix, tmp_path):
    with scripted(b"") as server:
        to = "Location: " + server.url()
        with serving(
            GOOD.server(tmp_path, "localhost"), page(b"", to, status="302 Found")
        ) as port:
            url = f"https://localhost:{port}/"
            shown = unix.run(f"wget -C /t/good.pem {url}")
        assert shown == f"wget: {url}: redirected to an address without TLS"
        assert server.requests == []


def test_a_silent_server(unix, tmp_path):
    with scripted(b"") as server:
        line = (
            "> from webclient import secure; from upyos.lib import link;"
            f" w = link.connect('127.0.0.1', {server.port}, 300);"
            "\\n"
            "try:\\n  secure.wrap(w, 'localhost', '/t/good.pem'); secure.send(w, 'x')\\n"
            "finally:\\n  w.close()"
        )
        assert unix.run(line) == "OSError: timed out"


def test_without_a_clock(unix):
    line = (
        "> from webclient import secure;"
        " secure.time = type('T', (), {'gmtime': staticmethod(lambda: (2021,))});"
        " sdata.upyos.run_cmd('curl https://localhost/')"
    )
    why = "certificates need a clock that is set (ntpupdate)"
    assert unix.run(line) == f"curl: https://localhost/: {why}"
