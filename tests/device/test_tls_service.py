# SPDX-License-Identifier: MIT
"""https and FTP under TLS: uhttpd and uftpd where there is a certificate, with real clients."""

import base64
import contextlib
import ftplib
import io
import json
import random
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator

import pytest
import web_page
from certificates import text_of
from machines import image
from network import LIMIT_S, free_port
from playwright.sync_api import expect
from session import Session
from tls_server import AUTHORITY, CERTIFICATE, HOST, KEY, OTHER, PAIR, Server, context, serving
from upyfw.source import tools
from web_page import in_terminal, log_in, view
from web_server import FILES, PASSWORD, Reply

BIG = FILES["/www/big.csv"].encode()
USED = "> import gc, _upyos; gc.collect(); print(_upyos.heap()[1])"
SESSIONS = "any(getattr(proc, 'session', None) for proc in sdata.procs)"
# what one more free block here or there may make
SLACK_BYTES = 256
GUARDED = {"/etc/system.conf": PASSWORD}
MUST = ', "tls": true'


@pytest.fixture
def server(machines) -> Iterator[Server]:
    with serving(machines, GUARDED) as found:
        yield found


@pytest.fixture
def open_server(machines) -> Iterator[Server]:
    """Without a password."""
    with serving(machines) as found:
        yield found


@pytest.fixture
def strict_server(machines) -> Iterator[Server]:
    """With the setting that nothing is without TLS."""
    with serving(machines, GUARDED, MUST) as found:
        yield found


@pytest.fixture
def authorities(tmp_path):
    """Files with what a client trusts: who vouches for the board, and somebody else."""
    files = []
    for one in (AUTHORITY, OTHER):
        files.append(tmp_path / f"{one.name.rfc4514_string()}.pem")
        files[-1].write_bytes(one.pem)
    return files


def curl(*arguments) -> subprocess.CompletedProcess:
    tools.require("curl")
    line = ["curl", "-sS", "--max-time", "60", *(str(each) for each in arguments)]
    return subprocess.run(line, capture_output=True, timeout=90)


def test_curl(server, authorities, tmp_path):
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


def test_start_says_both_ports_and_both_are_one_service(server):
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


def test_the_cookie_is_for_https_alone(server):
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


def test_http_leads_to_https(strict_server, authorities):
    server = strict_server
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


# --- FTP


@pytest.mark.parametrize("protected", [True, False])
def test_ftplib_both_ways(server, protected):
    ftp = server.client(protected=protected)
    data = random.Random(protected).randbytes(300_000)
    assert ftp.storbinary("STOR /tmp/x.bin", io.BytesIO(data)).startswith("226")
    found = []
    ftp.retrbinary("RETR /tmp/x.bin", found.append)
    assert b"".join(found) == data
    assert server.files()["/tmp/x.bin"] == data
    assert dict(ftp.mlsd("/tmp"))["x.bin"]["size"] == "300000"
    ftp.storbinary("STOR /tmp/none", io.BytesIO())
    assert ftp.size("/tmp/none") == 0
    ftp.set_pasv(False)
    ftp.retrbinary("RETR /www/a.txt", found.append)
    assert found[-1] == b"alpha\n"
    assert ftp.quit().startswith("221")


def test_a_client_without_tls_goes_on_as_before(server):
    with ftplib.FTP(timeout=LIMIT_S) as ftp:
        ftp.connect(HOST, server.ftp)
        ftp.login("admin", "pw7")
        assert ftp.nlst("/www/sub")


@pytest.mark.parametrize("level", ["yes", "no"])
def test_lftp_mirrors(server, authorities, tmp_path, level):
    tools.require("lftp")
    folder = tmp_path / "there"
    folder.mkdir()
    for i in range(12):
        (folder / f"{i}.bin").write_bytes(bytes([i]) * (i * 900))
    script = (
        f"set ssl:ca-file {authorities[0]}; set ftp:ssl-force yes;"
        f" set ftp:ssl-protect-data {level}; set net:max-retries 3;"
        f" set net:timeout 30; open -u admin,pw7 -p {server.ftp} {HOST};"
        f" mirror -R --parallel=3 {folder} /tmp/m; mirror --parallel=3 /tmp/m {tmp_path / 'back'}"
    )
    run = subprocess.run(["lftp", "-c", script], capture_output=True, text=True, timeout=200)
    assert run.returncode == 0, run.stderr
    back = {path.name: path.read_bytes() for path in (tmp_path / "back").iterdir()}
    assert back == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_curl_over_ftp(server, authorities):
    words = ("--cacert", authorities[0], "--ssl-reqd", "-u", "admin:pw7")
    run = curl(*words, f"ftp://{HOST}:{server.ftp}/www/big.csv")
    assert run.stdout == BIG, run.stderr


def test_verbs_of_tls(server):
    ftp = ftplib.FTP_TLS(context=context(), timeout=LIMIT_S)
    ftp.connect(HOST, server.ftp)
    server.clients.append(ftp)
    features = ftp.sendcmd("FEAT")
    assert all(f"\n {name}\n" in features for name in ("AUTH TLS", "PBSZ", "PROT", "SIZE"))
    for line, code in (("PBSZ 0", 503), ("PROT P", 503), ("AUTH GSSAPI", 504), ("CCC", 530)):
        with pytest.raises(ftplib.Error, match=f"^{code} "):
            ftp.sendcmd(line)
    ftp.sendcmd("USER admin")
    assert ftp.sendcmd("PASS pw7").startswith("230")
    ftp.auth()
    # the log-in begins anew
    with pytest.raises(ftplib.error_perm, match="^530"):
        ftp.sendcmd("PWD")
    with pytest.raises(ftplib.error_perm, match="^503"):
        ftp.sendcmd("AUTH TLS")
    with pytest.raises(ftplib.error_perm, match="^503"):
        ftp.sendcmd("PROT P")
    ftp.login("admin", "pw7", secure=False)
    assert ftp.sendcmd("PBSZ 0") == "200 PBSZ=0"
    for level in ("S", "E", "", "X"):
        with pytest.raises(ftplib.Error, match="^536"):
            ftp.sendcmd(f"PROT {level}")
    assert ftp.prot_c().startswith("200")


def test_what_stands_behind_auth_is_not_obeyed(server):
    """Whoever is between puts a command into the clear part: it must not run under TLS."""
    client = server.plain(server.ftp)
    client.until(b"220 ")
    client.send(b"AUTH TLS\r\nUSER admin\r\nPASS pw7\r\nMKD /tmp/evil\r\n")
    client.until(b"234 ")
    assert b"331" not in client.rest()
    assert "/tmp/evil" not in server.session.run("ls -d /tmp/evil").replace("ls: /tmp/evil: ", "")


def test_nothing_without_tls(strict_server):
    ftp = ftplib.FTP_TLS(context=context(), timeout=LIMIT_S)
    ftp.connect(HOST, strict_server.ftp)
    strict_server.clients.append(ftp)
    for line in ("USER admin", "PASS pw7"):
        with pytest.raises(ftplib.error_perm, match="^530 AUTH TLS first"):
            ftp.sendcmd(line)
    ftp.login("admin", "pw7")
    with pytest.raises(ftplib.error_perm, match="^521 PROT P first"):
        ftp.nlst("/www")
    with pytest.raises(ftplib.error_perm, match="^521 PROT P first"):
        ftp.storbinary("STOR /tmp/x", io.BytesIO(b"x"))
    ftp.prot_p()
    assert ftp.nlst("/www/sub")


def test_an_upload_that_is_cut_off_leaves_the_old_file(server):
    ftp = server.client()
    ftp.storbinary("STOR /tmp/x", io.BytesIO(b"old"))
    data = ftp.transfercmd("STOR /tmp/x")
    data.sendall(b"half")
    ftp.sendcmd("NOOP")
    ftp.sock.shutdown(socket.SHUT_RDWR)
    data.close()
    other = server.client()
    found = []
    other.retrbinary("RETR /tmp/x", found.append)
    assert found == [b"old"]


# --- hostile peers


def hello() -> bytes:
    """The first message of a client."""
    source, target = ssl.MemoryBIO(), ssl.MemoryBIO()
    wrapped = context().wrap_bio(source, target, server_hostname=HOST)
    with contextlib.suppress(ssl.SSLWantReadError):
        wrapped.do_handshake()
    return target.read()


def test_slow_peers_keep_nobody_out(server):
    """They say nothing, or half of their first message, and stay."""
    first = hello()
    for i in range(9):
        server.plain(server.https).send(first[: i * len(first) // 9])
        if i % 5 == 4:
            assert server.get("/a.txt").body == b"alpha\n"
    for i in range(12):
        client = server.plain(server.ftp)
        client.until(b"220 ")
        client.send(b"AUTH TLS\r\n")
        client.until(b"234 ")
        client.send(first[: i * 20])
    assert server.client().nlst("/www/sub")
    assert server.session.run("< 6 * 7") == "42"


@pytest.mark.parametrize(
    "data", [b"GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n", b"", b"\x16\x03\x01\xff\xff", bytes(3000)]
)
def test_what_is_no_tls(server, data):
    client = server.plain(server.https)
    client.send(data)
    with contextlib.suppress(OSError):
        client.socket.shutdown(socket.SHUT_WR)
    # an alert at most
    assert len(client.rest()) <= 7
    assert server.get("/a.txt").body == b"alpha\n"
    assert "Error" not in server.session.text


def mutated(source: random.Random, data: bytes) -> bytes:
    found = bytearray(data)
    for _ in range(source.randrange(1, 6)):
        at = source.randrange(len(found) + 1)
        found[at : at + source.randrange(3)] = source.randbytes(source.randrange(4))
    return bytes(found[: source.randrange(len(found))] if source.random() < 0.2 else found)


def test_fuzz_of_handshakes(server, full):
    source = random.Random(10)
    for _ in range(20_000 if full else 2000):
        peer = socket.create_connection(("127.0.0.1", server.https), LIMIT_S)
        with peer, contextlib.suppress(OSError):
            peer.sendall(mutated(source, hello()))
            peer.shutdown(socket.SHUT_WR)
            while peer.recv(65536):
                pass
    assert server.get("/a.txt").body == b"alpha\n"
    assert "Error" not in server.session.text
    assert server.session.run("< 6 * 7") == "42"


def used(session: Session) -> int:
    """The heap in use, once the services have let go of their last connections."""
    seen = (session.run(f"sleep 0.2; < {SESSIONS}") for _ in range(100))
    assert "False" in seen
    session.run(USED)
    return int(session.run(USED))


def test_no_byte_creeps(open_server):
    server = open_server

    def use(rounds: int) -> None:
        for _ in range(rounds):
            assert server.get("/a.txt").status == 200
            server.plain(server.https).close()
        ftp = server.client()
        assert ftp.nlst("/www/sub")
        ftp.quit()

    use(20)
    warm = used(server.session)
    use(100)
    assert used(server.session) <= warm + SLACK_BYTES


# --- the certificate


def test_no_service_hands_out_the_key(open_server):
    server = open_server
    ftp = server.client()
    for path in ("/etc/tls/key.pem", "/etc//tls/../tls/key.pem"):
        for verb in ("RETR", "STOR", "APPE"):
            with pytest.raises(ftplib.error_perm, match="^550 "):
                ftp.transfercmd(f"{verb} {path}")
        for line in (f"DELE {path}", f"RNFR {path}"):
            with pytest.raises(ftplib.error_perm, match="^550 "):
                ftp.sendcmd(line)
        assert server.get(f"/api/fs/read?path={path}").status == 403
        assert server.get(f"/api/fs/download?path={path}").status == 403
        assert server.get(f"/api/fs/write?path={path}", "POST", b"x").status == 403
    with pytest.raises(ftplib.error_perm, match="^550 "):
        ftp.sendcmd("RNFR /etc/tls")
    body = json.dumps({"old_path": "/etc/tls", "new_path": "/www/tls"}).encode()
    assert server.get("/api/fs/rename", "POST", body).status == 403
    assert server.files()["/etc/tls/key.pem"] == KEY.encode()


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
