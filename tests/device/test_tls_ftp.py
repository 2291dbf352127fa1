# SPDX-License-Identifier: MIT
"""FTP under TLS (RFC 4217), with ftplib, lftp and curl."""

import ftplib
import io
import json
import random
import socket

import lftp
import pytest
from network import LIMIT_S
from tls_boards import HOST, KEY, context, curl
from web_server import FILES

BIG = FILES["/www/big.csv"].encode()


@pytest.mark.parametrize("protected", [True, False])
def test_ftplib_both_ways(tls_server, protected):
    server = tls_server
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


def test_a_client_without_tls_goes_on_as_before(tls_server):
    server = tls_server
    with ftplib.FTP(timeout=LIMIT_S) as ftp:
        ftp.connect(HOST, server.ftp)
        ftp.login("admin", "pw7")
        assert ftp.nlst("/www/sub")


@pytest.mark.parametrize("level", ["yes", "no"])
def test_lftp_mirrors(tls_server, authorities, tmp_path, level):
    settings = (
        f"set ssl:ca-file {authorities[0]}; set ftp:ssl-force yes;"
        f" set ftp:ssl-protect-data {level}; set net:timeout 30;"
    )
    at = f"admin,pw7 -p {tls_server.ftp} {HOST}"
    lftp.mirrors(settings, at, "/tmp/m", tmp_path / "there", [i * 900 for i in range(12)])


def test_curl_over_ftp(tls_server, authorities):
    server = tls_server
    words = ("--cacert", authorities[0], "--ssl-reqd", "-u", "admin:pw7")
    run = curl(*words, f"ftp://{HOST}:{server.ftp}/www/big.csv")
    assert run.stdout == BIG, run.stderr


def test_verbs_of_tls(tls_server):
    server = tls_server
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


def test_what_stands_behind_auth_is_not_obeyed(tls_server):
    """Whoever is between puts a command into the clear part: it must not run under TLS."""
    server = tls_server
    client = server.plain(server.ftp)
    client.until(b"220 ")
    client.send(b"AUTH TLS\r\nUSER admin\r\nPASS pw7\r\nMKD /tmp/evil\r\n")
    client.until(b"234 ")
    assert b"331" not in client.rest()
    assert "/tmp/evil" not in server.session.run("ls -d /tmp/evil").replace("ls: /tmp/evil: ", "")


def test_nothing_without_tls(strict_tls_server):
    ftp = ftplib.FTP_TLS(context=context(), timeout=LIMIT_S)
    ftp.connect(HOST, strict_tls_server.ftp)
    strict_tls_server.clients.append(ftp)
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


def test_an_upload_that_is_cut_off_leaves_the_old_file(tls_server):
    server = tls_server
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


def test_no_service_hands_out_the_key(open_tls_server):
    server = open_tls_server
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
