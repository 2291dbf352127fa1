# SPDX-License-Identifier: MIT
"""utelnetd, with clients on loopback."""

import fcntl
import os
import pty
import random
import re
import select
import socket
import struct
import subprocess
import termios
from collections.abc import Iterator

import pytest
from machines import image
from network import LIMIT_S, Plain, free_port
from session import Session
from upyfw.source import tools

PASSWORD = '{"auth": {"user": "admin", "paswd": "pw7"}}'

LINES = "def __main__(args):\n  for i in range(100):\n    print('line', i, 'x' * 60)\n  1 / 0\n"
SCRIPT = "k=0\n:a\necho line $k xxxxxxxxxxxxxxxxxxxxxxxx\nincr k\nif $k < 100 goto a\nnosuch\n"

MANY = "def __main__(args):\n  for _ in range(40000):\n    print('x' * 100)\n"


class Service:
    """A board with the service running, and its clients."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.port = free_port()
        self.output = session.run(f"utelnetd start -p {self.port}")
        self.clients: list[Plain] = []

    def client(self, source: str = "127.0.0.1", room_bytes: int = 0) -> Plain:
        self.clients.append(Plain(self.port, source, room_bytes))
        return self.clients[-1]

    def close(self) -> None:
        for client in self.clients:
            client.close()


@pytest.fixture
def service(machines) -> Iterator[Service]:
    """Without a password."""
    with machines.at_prompt("UNIX", image("UNIX", {"/t/many.py": MANY})) as session:
        found = Service(session)
        yield found
        found.close()


@pytest.fixture
def guarded(machines) -> Iterator[Service]:
    """With a password."""
    with machines.at_prompt("UNIX", image("UNIX", {"/etc/system.conf": PASSWORD})) as session:
        found = Service(session)
        yield found
        found.close()


def test_plain_client_has_the_console(service):
    client = service.client()
    hello = client.until(b"System: ")
    # WILL ECHO, WILL SUPPRESS-GO-AHEAD, DO NAWS, WONT LINEMODE
    assert hello == b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x1f\xff\xfc\x22System: "
    client.until(b"/ $: ")
    client.send(b"< 6 * 7\r\n")
    assert client.until(b"42\r\n/ $: ").endswith(b"< 6 * 7\r\n42\r\n/ $: ")
    # the console shows the same
    assert service.session.wait_texts(["\n42\n"], limit_s=10) is None


def log_in(client: Plain, password: str = "pw7", user: str = "admin") -> None:
    client.until(b"Login: ")
    client.send(user.encode() + b"\r\n")
    client.until(b"Password: ")
    client.send(password.encode() + b"\r\n")


def test_password_is_asked_for_and_not_shown(guarded):
    client = guarded.client()
    client.until(b"Login: ")
    client.send(b"admix\x7fn\r\n")
    assert client.until(b"Password: ") == b"admix\b \bn\r\nPassword: "
    client.send(b"pw8\x7f7\r\n")
    assert client.until(b"\r\n") == b"***\b \b*\r\n"
    client.until(b"/ $: ")
    client.send(b"pwd\r\n")
    client.until(b"pwd\r\n/\r\n/ $: ")
    assert "pw7" not in guarded.session.text


def test_nothing_before_the_log_in(guarded):
    client = guarded.client()
    client.until(b"Login: ")
    client.send(b"\x03\x01\x04rm /etc/system.conf\r\necho hi; exit -f\r\n")
    client.until(b"Login incorrect\r\nLogin: ")
    assert guarded.session.run("echo still") == "still"
    assert "hi" not in guarded.session.text.split()


def test_third_wrong_password_closes(guarded):
    client = guarded.client()
    for _ in range(2):
        log_in(client, "bad")
        client.until(b"Login incorrect\r\n")
    log_in(client, "pw7", "root")
    assert client.rest().endswith(b"Login incorrect\r\n")


def test_a_wrong_password_counts_for_the_peer_and_not_for_others(guarded):
    bad = guarded.client("127.0.0.9")
    for _ in range(3):
        log_in(bad, "bad")
    bad.rest()
    seen = guarded.session.run(
        "> from upyos.jobs.listener import failures; print({k: v[0] for k, v in failures.items()})"
    )
    assert seen == "{'127.0.0.9': 3}"
    good = guarded.client()
    log_in(good)
    good.until(b"/ $: ")


def test_takeover_only_after_the_log_in(guarded):
    first = guarded.client()
    log_in(first)
    first.until(b"/ $: ")
    second = guarded.client()
    second.until(b"Login: ")
    second.send(b"admin\r\n")
    second.until(b"Password: ")
    first.send(b"< 6 * 7\r\n")
    first.until(b"42\r\n/ $: ")
    second.send(b"pw7\r\n")
    second.until(b"/ $: ")
    assert first.rest().endswith(b"The console was taken over.\r\n")
    second.send(b"< 7 * 7\r\n")
    second.until(b"49\r\n/ $: ")


def test_half_typed_log_in_blocks_nobody(guarded):
    half = guarded.client()
    half.until(b"Login: ")
    half.send(b"adm")
    half.until(b"adm")
    assert guarded.session.run("echo here") == "here"
    other = guarded.client()
    log_in(other)
    other.until(b"/ $: ")
    half.send(b"in\r\n")
    half.until(b"Password: ")


def test_idle_connections_keep_nobody_out(guarded):
    idle = [guarded.client() for _ in range(30)]
    for client in idle[-1:]:
        client.until(b"Login: ")
    late = guarded.client()
    log_in(late)
    late.until(b"/ $: ")
    # the oldest ones had to go
    assert idle[0].rest().endswith(b"Login: ")


def test_a_peer_that_takes_no_output_is_let_go(service):
    client = service.client(room_bytes=4096)
    client.until(b"/ $: ")
    service.session.settle()
    output = service.session.run("/t/many")
    assert output.count("x" * 100) == 40000
    assert service.session.run("echo on") == "on"
    assert not client.rest().endswith(b"/ $: ")


def test_telnet_commands_are_no_input(service):
    client = service.client()
    client.until(b"/ $: ")
    client.send(b"ec\xff\xf1ho a\x00b\xff\xfa\x18\x00xterm\xff\xf0c\xff\xfd\x18\r\n")
    assert b"\xff\xfc\x18" in client.until(b"echo abc\r\nabc\r\n")


def test_size_of_the_window(service):
    client = service.client()
    client.until(b"/ $: ")
    client.send(b"\xff\xfb\x1f\xff\xfa\x1f\x00\x64\x00\x1e\xff\xf0echo $COLUMNS $LINES\r\n")
    client.until(b"\r\n100 30\r\n")
    client.send(b"\xff\xfa\x1f\x01\xff\xff\x00\x28\xff\xf0echo $COLUMNS $LINES\r\n")
    client.until(b"\r\n511 40\r\n")


def test_interrupt_ends_what_runs(service):
    client = service.client()
    client.until(b"/ $: ")
    for line in (b"sleep 1000\r\n", b"> while True: pass\r\n"):
        client.send(line)
        client.until(line)
        client.send(b"\x03")
        client.until(b"/ $: ")
    client.send(b"echo $?\r\n")
    client.until(b"\r\n130\r\n")


def test_output_of_a_job_and_of_the_cable_is_shown(service):
    client = service.client()
    client.until(b"/ $: ")
    service.session.settle()
    assert service.session.run("echo from the cable") == "from the cable"
    client.until(b"echo from the cable\r\nfrom the cable\r\n/ $: ")


def shows_all(client: Plain, job: str) -> None:
    """Start LINES or SCRIPT in the background: the session gets each line, and the error."""
    client.send(job.encode() + b"\r\n")
    shown = client.until(b"+ Done  ")
    found = re.findall(rb"line (\d+) x+\r\n", shown)
    assert [int(number) for number in found] == list(range(100))
    assert b"divi" in shown or b"nosuch: not found" in shown
    client.send(b"\x03\recho o''n\r")
    client.until(b"\non\r\n")


@pytest.mark.parametrize("job", ["/t/lines", "sh /t/lines.sh"])
def test_output_of_a_thread_is_whole(machines, job):
    """While the prompt waits, and while something else runs."""
    files = {"/t/lines.py": LINES, "/t/lines.sh": SCRIPT}
    with machines.at_prompt("UNIX", image("UNIX", files)) as session:
        service = Service(session)
        client = service.client()
        client.until(b"/ $: ")
        shows_all(client, f"{job} &")
        shows_all(client, f"{job} & sleep 5")
        service.close()


def test_stop_closes_the_port_and_the_sessions(service):
    client = service.client()
    client.until(b"/ $: ")
    service.session.settle()
    assert service.session.run("utelnetd stop") == ""
    client.rest()
    with pytest.raises(ConnectionRefusedError):
        service.client()
    assert "utelnetd" not in service.session.run("ps")


def test_kill_stops_it_from_its_own_session(service):
    client = service.client()
    client.until(b"/ $: ")
    client.send(b"killall utelnetd\r\n")
    client.rest()
    service.session.settle()
    with pytest.raises(ConnectionRefusedError):
        service.client()
    assert service.session.run("echo on") == "on"


def test_exit_stops_it(service):
    service.session.type("exit -f")
    service.session.wait_texts([">>> "], LIMIT_S)
    assert "still running" not in service.session.text
    with pytest.raises(ConnectionRefusedError):
        service.client()


def test_a_log_in_does_not_stop_the_system(guarded):
    """It hashes in slices: others have their turn between them."""
    count = (
        "> from upyos.settings import auth; n = sum(1 for _ in auth.checking('admin', 'x'));"
        " auth.store('admin', auth.hashed('pw9')); print(n > 50 or"
        " sum(1 for _ in auth.checking('admin', 'x')) > 50)"
    )
    assert guarded.session.run(count) == "True"


class Telnet:
    """The inetutils client on a pseudo-terminal of its own."""

    def __init__(self, port: int, rows: int, columns: int) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            ["telnet", "127.0.0.1", str(port)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self.received = b""

    def send(self, data: bytes) -> None:
        os.write(self.master, data)

    def until(self, text: bytes) -> bytes:
        while text not in self.received:
            ready, _, _ = select.select([self.master], [], [], LIMIT_S)
            assert ready, f"{text!r} did not come: {self.received!r}"
            self.received += os.read(self.master, 4096)
        at = self.received.index(text) + len(text)
        found, self.received = self.received[:at], self.received[at:]
        return found

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)


def works_for_a_client(client: Telnet) -> None:
    """At the prompt, with 30 rows and 100 columns: the window, an editor, Ctrl-C."""
    client.send(b"echo $COLUMNS $LINES\r")
    client.until(b"100 30\r\n")
    client.send(b"vi /tmp/x\r")
    # the last row of the window, and what vi shows in it
    client.until(b"\x1b[30;")
    client.send(b"ihello\x1b:wq\r")
    client.until(b"/ $: ")
    client.send(b"cat /tmp/x\r")
    client.until(b"hello\r\n/ $: ")
    client.send(b"sleep 1000\r")
    client.until(b"sleep 1000\r\n")
    client.send(b"\x03")
    client.until(b"/ $: ")


def test_inetutils_client(guarded):
    tools.require("telnet")
    client = Telnet(guarded.port, 30, 100)
    try:
        client.until(b"Login: ")
        client.send(b"admin\r")
        client.until(b"Password: ")
        client.send(b"pw7\r")
        assert b"pw7" not in client.until(b"/ $: ")
        works_for_a_client(client)
    finally:
        client.close()


def test_fuzz(guarded, full):
    """Whatever comes before the log-in: the service answers, and nothing was done."""
    source = random.Random(20)
    for _ in range(100_000 if full else 300):
        with socket.create_connection(("127.0.0.1", guarded.port), LIMIT_S) as peer:
            # more than it can take at once would be dropped before it came to the service
            assert peer.recv(1) == b"\xff"
            peer.sendall(mutated(source))
    # its own address has to wait, for its passwords were wrong
    client = guarded.client("127.0.0.8")
    log_in(client)
    client.until(b"/ $: ")
    text = guarded.session.text
    assert "Traceback" not in text
    assert "Error" not in text


SEEDS = (
    b"\xff\xfb\x1f\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0admin\r\nbad\r\n",
    b"\xff\xfd\x2c\xff\xfb\x2c\xff\xfa\x2c\x01\x00\x01\xc2\x00\xff\xf0\xff\xfa\x2c\x05\x08\xff\xf0",
    b"admin\r\x00echo hi\r\n\x03\x04\x01import os\x04",
)


def mutated(source: random.Random) -> bytes:
    data = bytearray(source.choice(SEEDS))
    for _ in range(source.randrange(1, 8)):
        at = source.randrange(len(data) + 1)
        data[at : at + source.randrange(3)] = source.randbytes(source.randrange(4))
    return bytes(data)
