# SPDX-License-Identifier: MIT
"""uftpd, with ftplib, lftp and plain sockets."""

import ftplib
import io
import random
import re
import socket

import lftp
import pytest
from network import LIMIT_S


def listing(ftp: ftplib.FTP, command: str) -> list[str]:
    lines: list[str] = []
    ftp.retrlines(command, lines.append)
    return lines


def got(ftp: ftplib.FTP, path: str, rest: int | None = None) -> bytes:
    data = io.BytesIO()
    ftp.retrbinary(f"RETR {path}", data.write, rest=rest)
    return data.getvalue()


def test_a_large_file_goes_there_and_back(large_server):
    server = large_server
    data = random.Random(7).randbytes(1 << 20)
    ftp = server.client()
    ftp.storbinary("STOR /t/big.bin", io.BytesIO(data))
    assert ftp.size("/t/big.bin") == len(data)
    assert got(ftp, "/t/big.bin") == data
    assert got(ftp, "/t/big.bin", rest=1_000_000) == data[1_000_000:]
    ftp.quit()
    assert server.files()["/t/big.bin"] == data


def test_many_small_files(large_server):
    ftp = large_server.client()
    ftp.mkd("/t/many")
    ftp.cwd("/t/many")
    names = [f"{i:03d}.txt" for i in range(1000)]
    for name in names:
        ftp.storbinary(f"STOR {name}", io.BytesIO(name.encode()))
    assert ftp.nlst() == names
    facts = dict(ftp.mlsd())
    rows = [line.split() for line in listing(ftp, "LIST")]
    assert [row[-1] for row in rows] == list(facts) == names
    assert {row[4] for row in rows} == {fact["size"] for fact in facts.values()} == {"7"}
    assert got(ftp, "077.txt") == b"077.txt"


def test_listings(server):
    ftp = server.client()
    ftp.cwd("/t")
    row = r"-rw-r--r-- 1 owner group 6 [A-Z][a-z]{2} [ \d]\d (\d\d:\d\d| \d{4}) a\.txt"
    assert re.fullmatch(row, listing(ftp, "LIST -la a*")[0])
    assert listing(ftp, "LIST sub/?.txt")[0].endswith(" b.txt")
    assert any(line.startswith("drwxr-xr-x 1 owner group 0 ") for line in listing(ftp, "LIST"))
    assert ftp.nlst("a.txt") == ["a.txt"]
    assert re.search(r"type=file;size=6;modify=\d{14}; /t/a.txt", ftp.sendcmd("MLST a.txt"))
    assert re.search(r"213-/t\n(.*\n)* -rw.* a.txt\n", ftp.sendcmd("STAT /t"))
    assert re.fullmatch(r"213 \d{14}", ftp.sendcmd("MDTM a.txt"))
    with pytest.raises(ftplib.error_perm, match="550 no such"):
        ftp.nlst("none*/x")


def test_times_are_utc(server):
    """The clock of this machine counts UTC, whatever $TZ is: it is for boards."""
    ftp = server.client()
    line = "'%04d%02d%02d%02d%02d%02d' % time.gmtime(os.stat('/t/a.txt')[8])[:6]"
    stamp = server.session.run(f"> print({line})")
    assert ftp.sendcmd("MDTM /t/a.txt") == "213 " + stamp
    assert dict(ftp.mlsd("/t"))["a.txt"]["modify"] == stamp


def test_a_client_without_any_negotiation(server):
    """As simple clients of phones are: USER, PASS, TYPE, PASV or PORT; lines end in LF."""
    client = server.plain()
    client.send(b"USER admin\nPASS x\nTYPE I\nPASV\n")
    numbers = re.search(rb"\((.+)\)", client.until(b")\r\n")).group(1).split(b",")
    port = int(numbers[4]) << 8 | int(numbers[5])
    with socket.create_connection(("127.0.0.1", port), LIMIT_S) as data:
        client.send(b"LIST\n")
        client.until(b"226 ")
        assert b" etc\r\n" in data.recv(9999)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT_S)
        port = listener.getsockname()[1]
        client.send(b"PORT 127,0,0,1,%d,%d\nRETR t/a.txt\nQUIT\n" % (port >> 8, port & 255))
        with listener.accept()[0] as data:
            assert data.recv(100) == b"alpha\n"
    assert client.rest().endswith(b"221 Goodbye\r\n")


def test_directories_and_names(server):
    ftp = server.client()
    assert ftp.mkd('/t/a "b"') == '/t/a "b"'
    ftp.cwd('/t/a "b"')
    assert ftp.pwd() == '/t/a "b"'
    ftp.cwd("../../../../t/./sub")
    assert ftp.pwd() == "/t/sub"
    ftp.sendcmd("CDUP")
    ftp.rename("a.txt", "sub/ä €.txt")
    assert set(ftp.nlst("sub")) == {"b.txt", "ä €.txt"}
    ftp.delete("sub/ä €.txt")
    ftp.rmd('a "b"')
    with pytest.raises(ftplib.error_perm, match="550 directory not empty|550 error|550 "):
        ftp.rmd("sub")
    assert ftp.nlst() == ["sub"]


def test_active_transfers(server):
    ftp = server.client()
    ftp.set_pasv(False)
    ftp.storbinary("STOR /t/act.bin", io.BytesIO(b"active"))
    assert got(ftp, "/t/act.bin") == b"active"
    ftp.sendcmd("TYPE I")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ftp.sendcmd(f"EPRT |1|127.0.0.1|{listener.getsockname()[1]}|")
        ftp.putcmd("RETR /t/a.txt")
        with listener.accept()[0] as peer:
            assert peer.recv(100) == b"alpha\n"
        assert ftp.getresp().startswith("150")
        assert ftp.getresp().startswith("226")


def test_extended_passive_and_append_and_restart(server):
    ftp = server.client()
    ftp.af = socket.AF_INET6
    ftp.storbinary("APPE /t/a.txt", io.BytesIO(b"beta\n"))
    assert got(ftp, "/t/a.txt") == b"alpha\nbeta\n"
    ftp.storbinary("STOR /t/a.txt", io.BytesIO(b"XYZ"), rest=6)
    assert got(ftp, "/t/a.txt") == b"alpha\nXYZ"


def test_transfers_come_one_after_the_other(server):
    first, second = server.client(), server.client()
    data = first.transfercmd("RETR /t/a.txt")
    # the port is free again when the first transfer has ended
    second.putcmd("EPSV")
    assert data.recv(100) == b"alpha\n"
    data.close()
    first.voidresp()
    assert second.getresp().startswith("229")


def test_lftp_mirrors_in_parallel(server, tmp_path):
    settings = "set net:timeout 30; set ftp:ssl-allow no;"
    at = f"admin,x -p {server.port} 127.0.0.1"
    lftp.mirrors(settings, at, "/t/m", tmp_path / "there", [i * 300 for i in range(20)])
