# SPDX-License-Identifier: MIT
"""uftpd, with ftplib, lftp and plain sockets."""

import contextlib
import ftplib
import io
import random
import re
import socket
import subprocess
from collections.abc import Iterator

import pytest
from machines import board, file_system, image
from network import LIMIT_S, Plain, free_port
from session import Session
from upyfw import fsimage, tools

PASSWORD = '{"auth": {"user": "admin", "paswd": "pw7"}}'
FILES = {"/t/a.txt": "alpha\n", "/t/sub/b.txt": "b\n", "/boot.py": "# protected\n"}


class Server:
    """A board with the service running, and its clients."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.port = free_port()
        session.run("> import json")
        text = f'{{"data_port": {free_port()}}}'
        session.run(f"> f = open('/etc/uftpd.conf', 'w'); n = f.write('{text}'); f.close()")
        self.output = session.run(f"uftpd start -p {self.port}")
        self.clients: list = []

    def client(self, user: str = "admin", password: str = "") -> ftplib.FTP:
        ftp = ftplib.FTP(timeout=LIMIT_S)
        ftp.connect("127.0.0.1", self.port)
        self.clients.append(ftp)
        ftp.login(user, password)
        return ftp

    def plain(self, source: str = "127.0.0.1") -> Plain:
        self.clients.append(Plain(self.port, source))
        return self.clients[-1]

    def files(self) -> dict[str, bytes]:
        """What is on the flash."""
        return fsimage.read(board("UNIX"), file_system(self.session, "UNIX"))

    def close(self) -> None:
        for client in self.clients:
            client.close()


@contextlib.contextmanager
def serving(machines, files: dict[str, str]) -> Iterator[Server]:
    with machines.at_prompt("UNIX", image("UNIX", files)) as session:
        found = Server(session)
        yield found
        found.close()


@pytest.fixture
def server(machines) -> Iterator[Server]:
    """Without a password."""
    with serving(machines, FILES) as found:
        yield found


@pytest.fixture
def guarded(machines) -> Iterator[Server]:
    """With a password, in clear text as an old configuration has it."""
    with serving(machines, {**FILES, "/etc/system.conf": PASSWORD}) as found:
        yield found


def listing(ftp: ftplib.FTP, command: str) -> list[str]:
    lines: list[str] = []
    ftp.retrlines(command, lines.append)
    return lines


def got(ftp: ftplib.FTP, path: str, rest: int | None = None) -> bytes:
    data = io.BytesIO()
    ftp.retrbinary(f"RETR {path}", data.write, rest=rest)
    return data.getvalue()


def test_a_large_file_goes_there_and_back(server):
    data = random.Random(7).randbytes(1 << 19)
    ftp = server.client()
    ftp.storbinary("STOR /t/big.bin", io.BytesIO(data))
    assert ftp.size("/t/big.bin") == len(data)
    assert got(ftp, "/t/big.bin") == data
    assert got(ftp, "/t/big.bin", rest=500_000) == data[500_000:]
    ftp.quit()
    assert server.files()["/t/big.bin"] == data


def test_many_small_files(server):
    ftp = server.client()
    ftp.mkd("/t/many")
    ftp.cwd("/t/many")
    names = [f"{i:03d}.txt" for i in range(120)]
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


def test_no_verb_does_anything_before_the_log_in(guarded):
    before = guarded.files()
    client = guarded.plain()
    client.until(b"220 ")
    for state in (b"", b"USER admin\r\n"):
        client.send(state)
        for verb in VERBS:
            client.send(f"{verb} /t/a.txt\r\n".encode())
            client.until(b"530 ")
    for verb in ("SYST", "FEAT", "NOOP"):
        client.send(f"{verb}\r\n".encode())
        client.until({"SYST": b"215 ", "FEAT": b"211 End", "NOOP": b"200 "}[verb])
    assert guarded.files() == before


def test_a_user_without_a_password_is_not_in(guarded):
    ftp = guarded.client("admin", "pw7")
    ftp.sendcmd("USER admin")
    with pytest.raises(ftplib.error_perm, match="530"):
        ftp.pwd()


def test_third_wrong_password_closes(guarded):
    client = guarded.plain()
    for answer in (b"530 ", b"530 ", b"530 "):
        client.send(b"USER admin\r\nPASS bad\r\n")
        client.until(answer)
    client.rest()


def test_the_password_cannot_be_read(guarded):
    """An old configuration holds it in clear text until the first log-in."""
    ftp = guarded.client("admin", "pw7")
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
        client.close()
        # until the service has noticed
        with contextlib.suppress(ConnectionResetError):
            while data.recv(10):
                pass
    assert server.session.run("cat /t/a.txt") == "alpha"
    assert server.session.run("> import os; print(os.listdir('/var'))") == "[]"


def test_stop_in_the_middle_of_an_upload(server):
    ftp = server.client()
    with ftp.transfercmd("STOR /t/a.txt") as data:
        data.sendall(b"x" * 9000)
        assert server.session.run("uftpd stop") == ""
    assert server.session.run("cat /t/a.txt") == "alpha"
    assert server.session.run("> import os; print(os.listdir('/var'))") == "[]"


def test_a_file_that_does_not_fit(server):
    ftp = server.client()
    with pytest.raises((ftplib.error_perm, ConnectionError, BrokenPipeError)):
        ftp.storbinary("STOR /t/a.txt", io.BytesIO(bytes(2 << 20)))
    assert server.session.run("cat /t/a.txt") == "alpha"
    assert server.session.run("> import os; print(os.listdir('/var'))") == "[]"


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
    tools.require("lftp")
    folder = tmp_path / "there"
    folder.mkdir()
    for i in range(20):
        (folder / f"{i}.bin").write_bytes(bytes([i]) * (i * 300))
    script = (
        "set net:max-retries 3; set net:timeout 30; set ftp:ssl-allow no;"
        f" open -u admin,x -p {server.port} 127.0.0.1;"
        f" mirror -R --parallel=3 {folder} /t/m; mirror --parallel=3 /t/m {tmp_path / 'back'}"
    )
    run = subprocess.run(["lftp", "-c", script], capture_output=True, text=True, timeout=200)
    assert run.returncode == 0, run.stderr
    back = {path.name: path.read_bytes() for path in (tmp_path / "back").iterdir()}
    assert back == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_idle_connections_keep_nobody_out(guarded):
    idle = [guarded.plain() for _ in range(30)]
    idle[-1].until(b"220 ")
    assert guarded.client("admin", "pw7").pwd() == "/"
    assert idle[0].rest().startswith(b"220 ")


def test_fuzz(guarded, full):
    """Whatever comes, before the log-in and after it: no answer but replies, nothing outside."""
    source = random.Random(21)
    client = guarded.client("admin", "pw7")
    client.sendcmd("CWD /t")
    for turn in range(100_000 if full else 400):
        with socket.create_connection(("127.0.0.1", guarded.port), LIMIT_S) as peer:
            peer.sendall(b"USER admin\r\nPASS pw7\r\n" if turn % 20 == 0 else b"")
            peer.sendall(mutated(source) + b"\r\nQUIT\r\n")
    assert client.sendcmd("NOOP").startswith("200")
    assert "Traceback" not in guarded.session.text
    assert "Error" not in guarded.session.text


SEEDS = [f"{verb} /t/fuzz/{verb}".encode() for verb in VERBS]
SEEDS += [b"PORT 127,0,0,1,200,10", b"EPRT |1|127.0.0.1|5000|", b"REST 12", b"LIST -la *"]


def mutated(source: random.Random) -> bytes:
    data = bytearray(b"\r\n".join(source.sample(SEEDS, source.randrange(1, 4))))
    for _ in range(source.randrange(1, 8)):
        at = source.randrange(len(data) + 1)
        data[at : at + source.randrange(3)] = source.randbytes(source.randrange(4))
    return bytes(data)
