# SPDX-License-Identifier: MIT
"""uftpd and what peers must not be able to do: a test for each hole of the earlier system."""

import contextlib
import ftplib
import io
import random
import socket

import pytest
from network import LIMIT_S
from test_ftp import got

# what an upload would leave; what was typed is kept there too
IN_VAR = "> import os; print([name for name in os.listdir('/var') if name != 'history'])"
OPEN = ("USER", "PASS", "SYST", "FEAT", "NOOP", "QUIT")
VERBS = [
    "TYPE",
    "ABOR",
    "PWD",
    "XPWD",
    "CWD",
    "XCWD",
    "CDUP",
    "XCUP",
    "PASV",
    "EPSV",
    "PORT",
    "EPRT",
    "LIST",
    "NLST",
    "MLSD",
    "MLST",
    "STAT",
    "RETR",
    "STOR",
    "APPE",
    "REST",
    "SIZE",
    "MDTM",
    "DELE",
    "RNFR",
    "RNTO",
    "MKD",
    "XMKD",
    "RMD",
    "XRMD",
    "OPTS",
    "SITE",
]


def test_no_verb_does_anything_before_the_log_in(guarded_server):
    before = guarded_server.files()
    client = guarded_server.plain()
    client.until(b"220 ")
    for state in (b"", b"USER admin\r\n"):
        client.send(state)
        for verb in VERBS:
            client.send(f"{verb} /t/a.txt\r\n".encode())
            client.until(b"530 ")
    for verb in ("SYST", "FEAT", "NOOP"):
        client.send(f"{verb}\r\n".encode())
        client.until({"SYST": b"215 ", "FEAT": b"211 End", "NOOP": b"200 "}[verb])
    assert guarded_server.files() == before


def test_a_user_without_a_password_is_not_in(guarded_server):
    ftp = guarded_server.client("admin", "pw7")
    ftp.sendcmd("USER admin")
    with pytest.raises(ftplib.error_perm, match="530"):
        ftp.pwd()


def test_third_wrong_password_closes(guarded_server):
    client = guarded_server.plain()
    for answer in (b"530 ", b"530 ", b"530 "):
        client.send(b"USER admin\r\nPASS bad\r\n")
        client.until(answer)
    client.rest()


def test_the_password_cannot_be_read(guarded_server):
    """An old configuration holds it in clear text until the first log-in."""
    ftp = guarded_server.client("admin", "pw7")
    text = got(ftp, "/etc/system.conf")
    assert b"pw7" not in text
    assert b"pbkdf2$" in text


def test_what_is_not_there(server):
    ftp = server.client()
    for command in ("SITE CHMOD 777 a", "SITE EXEC rm", "SITE", "ALLO 1", "MODE S", "STRU F"):
        with pytest.raises(ftplib.error_perm, match="^502 "):
            ftp.sendcmd(command)
    for command in ("AUTH TLS", "X" * 40, "__class__", "R+TR", "FOO"):
        with pytest.raises(ftplib.error_perm, match="^502 "):
            ftp.sendcmd(command)


def test_port_of_another_address_is_refused(server):
    ftp = server.client()
    for place in ("127,0,0,2,200,1", "10,0,0,1,0,80", "127,0,0,1,0,22", "1,2,3", "a,b,c,d,e,f"):
        with pytest.raises(ftplib.error_perm, match="^501 "):
            ftp.sendcmd("PORT " + place)
    for place in ("|1|127.0.0.2|5000|", "|1|localhost|5000|", "|1|127.0.0.1|99999|", "|", ""):
        with pytest.raises(ftplib.error_perm, match="^501 "):
            ftp.sendcmd("EPRT " + place)
    with pytest.raises(ftplib.error_perm, match="^522 "):
        ftp.sendcmd("EPRT |2|::1|5000|")


def test_data_connection_of_another_address_gets_nothing(server):
    ftp = server.client()
    host, port = ftp.makepasv()
    with socket.create_connection((host, port), LIMIT_S, ("127.0.0.7", 0)) as thief:
        ftp.putcmd("RETR /t/a.txt")
        assert thief.recv(100) == b""
    with socket.create_connection((host, port), LIMIT_S) as mine:
        assert mine.recv(100) == b"alpha\n"


def test_protected_files(server):
    ftp = server.client()
    attempts = ("DELE /boot.py", "RNFR /boot.py", "RNFR /t/../boot.py", "MKD /main.py")
    for command in attempts:
        with pytest.raises(ftplib.error_perm, match="^550 "):
            ftp.sendcmd(command)
    for name in ("/boot.py", "//boot.py", "/t/../boot.py"):
        with pytest.raises(ftplib.error_perm, match="^550 protected"):
            ftp.storbinary(f"STOR {name}", io.BytesIO(b"x"))
        with pytest.raises(ftplib.error_perm, match="^550 protected"):
            ftp.storbinary(f"APPE {name}", io.BytesIO(b"x"))
    ftp.sendcmd("RNFR /t/a.txt")
    with pytest.raises(ftplib.error_perm, match="^550 protected"):
        ftp.sendcmd("RNTO /main.py")
    assert server.files()["/boot.py"] == b"# protected\n"


def test_names_that_are_none(server):
    client = server.plain()
    client.send(b"USER admin\r\n")
    client.until(b"230 ")
    for name, code in (
        (b"a\0b", b"501 "),
        (b"\xc3\x28", b"501 "),
        (b"n" * 300, b"550 "),
        (b"n" * 5000, b"500 "),
        (b"", b"550 "),
    ):
        client.send(b"MKD " + name + b"\r\n")
        client.until(code)
    client.send(b"NOOP\r\n")
    client.until(b"200 ")


def test_aborted_upload_leaves_the_old_file(server):
    client = server.plain()
    client.send(b"USER admin\r\n")
    client.until(b"230 ")
    client.send(b"EPSV\r\n")
    port = int(client.until(b"|)\r\n").split(b"|")[3])
    with socket.create_connection(("127.0.0.1", port), LIMIT_S) as data:
        client.send(b"STOR /t/a.txt\r\n")
        client.until(b"150 ")
        data.sendall(b"half of the new one" * 500)
        client.send(b"ABOR\r\n")
        client.until(b"426 ")
        client.until(b"226 ")
    client.send(b"SIZE /t/a.txt\r\n")
    client.until(b"213 6\r\n")
    files = server.files()
    assert files["/t/a.txt"] == b"alpha\n"
    assert [path for path in files if ".part" in path] == []


def test_lost_peer_leaves_the_old_file(server):
    client = server.plain()
    client.send(b"USER admin\r\nEPSV\r\n")
    port = int(client.until(b"|)\r\n").split(b"|")[3])
    with socket.create_connection(("127.0.0.1", port), LIMIT_S) as data:
        client.send(b"STOR /t/a.txt\r\n")
        client.until(b"150 ")
        data.sendall(b"x" * 9000)
        seen = (server.session.run(IN_VAR) for _ in range(50))
        assert any(".part" in names for names in seen)
        client.close()
        # until the service has noticed
        with contextlib.suppress(ConnectionResetError):
            while data.recv(10):
                pass
    assert server.session.run("cat /t/a.txt") == "alpha"
    assert server.session.run(IN_VAR) == "[]"


def test_stop_in_the_middle_of_an_upload(server):
    ftp = server.client()
    with ftp.transfercmd("STOR /t/a.txt") as data:
        data.sendall(b"x" * 9000)
        assert server.session.run("uftpd stop") == ""
    assert server.session.run("cat /t/a.txt") == "alpha"
    assert server.session.run(IN_VAR) == "[]"


def test_a_file_that_does_not_fit(server):
    ftp = server.client()
    with pytest.raises((ftplib.error_perm, ConnectionError, BrokenPipeError)):
        ftp.storbinary("STOR /t/a.txt", io.BytesIO(bytes(2 << 20)))
    assert server.session.run("cat /t/a.txt") == "alpha"
    assert server.session.run(IN_VAR) == "[]"


def test_idle_connections_keep_nobody_out(guarded_server):
    idle = [guarded_server.plain() for _ in range(30)]
    idle[-1].until(b"220 ")
    assert guarded_server.client("admin", "pw7").pwd() == "/"
    assert idle[0].rest().startswith(b"220 ")


def test_fuzz(guarded_server, full):
    """Whatever comes, before the log-in and after it: no answer but replies, nothing outside."""
    source = random.Random(21)
    client = guarded_server.client("admin", "pw7")
    client.sendcmd("CWD /t")
    for turn in range(100_000 if full else 400):
        with socket.create_connection(("127.0.0.1", guarded_server.port), LIMIT_S) as peer:
            # more than it can take at once would be dropped before it came to the service
            assert peer.recv(1) == b"2"
            peer.sendall(b"USER admin\r\nPASS pw7\r\n" if turn % 20 == 0 else b"")
            peer.sendall(mutated(source) + b"\r\nQUIT\r\n")
    assert client.sendcmd("NOOP").startswith("200")
    assert "Traceback" not in guarded_server.session.text
    assert "Error" not in guarded_server.session.text


SEEDS = [f"{verb} /t/fuzz/{verb}".encode() for verb in VERBS]
SEEDS += [b"PORT 127,0,0,1,200,10", b"EPRT |1|127.0.0.1|5000|", b"REST 12", b"LIST -la *"]


def mutated(source: random.Random) -> bytes:
    data = bytearray(b"\r\n".join(source.sample(SEEDS, source.randrange(1, 4))))
    for _ in range(source.randrange(1, 8)):
        at = source.randrange(len(data) + 1)
        data[at : at + source.randrange(3)] = source.randbytes(source.randrange(4))
    return bytes(data)


def test_a_silent_transfer_is_let_go(server):
    """The others can transfer then; its client is told."""
    client = server.client()
    data = client.transfercmd("STOR /t/x")
    each = "for p in sdata.procs for c in getattr(p, 'connections', ()) if c.second_one"
    server.session.run(f"> n = [setattr(c.second_one, 'left_s', 1) {each}]")
    with pytest.raises(ftplib.error_temp, match="426 timed out"):
        client.getresp()
    data.close()
    assert client.nlst("/t/sub")
    assert server.client().nlst("/t/sub")
    assert "/t/x" not in server.files()
