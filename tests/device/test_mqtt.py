# SPDX-License-Identifier: MIT
"""mqttc against mosquitto, and against what is no broker."""

import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from network import LIMIT_S, free_port
from session import Session
from upyfw.source import tools
from web_peers import wait_open


class Broker:
    """mosquitto at a free port, and its own client."""

    def __init__(self, folder: Path, users: str = "") -> None:
        tools.require("mosquitto")
        self.port = free_port()
        self.conf = folder / "mosquitto.conf"
        access = "allow_anonymous true"
        if users:
            known = folder / "users"
            known.write_text(users)
            subprocess.run(["mosquitto_passwd", "-U", known], check=True)
            access = f"allow_anonymous false\npassword_file {known}"
        self.conf.write_text(f"listener {self.port} 127.0.0.1\n{access}\nuser root\n")
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["/usr/sbin/mosquitto", "-c", self.conf], stderr=subprocess.DEVNULL
        )
        wait_open(self.port)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()

    def publish(self, topic: str, text: str, *more: str) -> None:
        place = ("-h", "127.0.0.1", "-p", str(self.port))
        command = ["mosquitto_pub", *place, "-t", topic, "-m", text, *more]
        subprocess.run(command, check=True, timeout=LIMIT_S)

    def listening(self, topic: str, count: int, *more: str) -> subprocess.Popen:
        """A client that ends after so many messages; it listens when its first line comes."""
        place = ("-h", "127.0.0.1", "-p", str(self.port))
        command = ["mosquitto_sub", *place, "-t", topic, "-t", "ready", "-C", str(count + 1)]
        listener = subprocess.Popen(
            [*command, "-F", "%t %q %r %p", *more], stdout=subprocess.PIPE, text=True
        )
        self.publish("ready", "yes", "-r")
        assert listener.stdout.readline().startswith("ready")
        return listener


def lines(listener: subprocess.Popen) -> list[str]:
    return listener.communicate(timeout=LIMIT_S)[0].splitlines()


@pytest.fixture
def broker(tmp_path) -> Iterator[Broker]:
    found = Broker(tmp_path)
    yield found
    found.stop()


@pytest.fixture
def unix(machines) -> Iterator[Session]:
    with machines.shared("UNIX", "mqtt", {}) as machine:
        session = Session(machine)
        yield session
        session.run("mqttc close")


def connect(unix: Session, broker: Broker, more: str = "") -> None:
    assert unix.run(f"mqttc -h 127.0.0.1 -p {broker.port} {more}") == ""


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_messages_go_out(unix, broker, qos):
    with broker.listening("t/#", 2, "-q", "2") as listener:
        connect(unix, broker)
        assert unix.run(f"mqttc pub -t t/a -m 'hello there' -q {qos}") == ""
        assert unix.run(f"echo piped | mqttc pub -t t/b -q {qos}") == ""
        assert lines(listener) == [f"t/a {qos} 0 hello there", f"t/b {qos} 0 piped", ""]


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_messages_come_in(unix, broker, qos):
    connect(unix, broker)
    assert unix.run(f"mqttc sub -t 'in/+' -q {qos}") == ""
    assert unix.run("mqttc listsub") == f"in/+ {qos}"
    unix.type("mqttc listen")
    for number in range(3):
        broker.publish(f"in/{number}", f"text {number}", "-q", str(qos))
    broker.publish("elsewhere", "not for us")
    unix.target.read_until(re.compile(rb"in/0: text 0\r\nin/1: text 1\r\nin/2: text 2\r\n"), 20)
    unix.run("\u0003")
    assert unix.run("mqttc unsub -t 'in/+'") == ""
    assert unix.run("mqttc listsub") == ""


def test_the_broker_keeps_a_message(unix, broker):
    connect(unix, broker)
    unix.run("mqttc pub -t kept -m old -r -q 1")
    command = ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(broker.port), "-t", "kept", "-C", "1"]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S).stdout
    assert shown == "old\n"


def test_ping(unix, broker):
    connect(unix, broker)
    assert re.fullmatch(r"127\.0\.0\.1: \d+ ms", unix.run("mqttc ping"))


def test_the_will_is_sent_when_the_board_is_lost(unix, broker):
    assert unix.run("mqttc lastwill -t gone -m 'was here' -q 1") == ""
    with broker.listening("gone", 1, "-q", "1") as listener:
        connect(unix, broker)
        # the connection breaks without a word
        unix.run("> from upyos import state; state.mqtt.close()")
        assert lines(listener) == ["gone 1 0 was here"]


def test_no_will_after_a_goodbye(unix, broker):
    unix.run("mqttc lastwill -t gone -m 'was here'")
    with broker.listening("gone", 1) as listener:
        connect(unix, broker)
        assert unix.run("mqttc close") == ""
        broker.publish("gone", "another one")
        assert lines(listener) == ["gone 0 0 another one"]


def test_a_lost_connection_is_an_error(unix, broker):
    connect(unix, broker)
    broker.stop()
    said = unix.run("mqttc pub -t a -m b -q 1")
    assert said in ("mqttc: pub: connection reset", "mqttc: pub: connection closed")
    assert unix.run("echo $?") == "1"
    broker.start()


def test_a_lost_connection_is_made_again_if_told(unix, broker):
    connect(unix, broker, "-R")
    unix.run("mqttc sub -t in/a -q 1")
    unix.type("mqttc listen")
    broker.publish("in/a", "before")
    unix.target.read_until(re.compile(rb"in/a: before\r\n"), 20)
    broker.stop()
    broker.start()
    # kept until the board has come back and asks again
    broker.publish("in/a", "after", "-r")
    unix.target.read_until(re.compile(rb"in/a: after\r\n"), 20)
    unix.run("\u0003")


def test_users(unix, tmp_path):
    broker = Broker(tmp_path, "admin:pw7\n")
    try:
        place = f"mqttc -h 127.0.0.1 -p {broker.port}"
        assert unix.run(f"{place} -u admin -P pw7 ping").startswith("127.0.0.1: ")
        assert unix.run(f"{place} -u admin -P no") == "mqttc: 127.0.0.1: not allowed"
        assert unix.run(place) == "mqttc: 127.0.0.1: not allowed"
        assert unix.run("mqttc ping") == "mqttc: ping: not connected (mqttc -h HOST)"
    finally:
        broker.stop()


def test_topics_that_are_none(unix, broker):
    connect(unix, broker)
    assert unix.run("mqttc pub -t 'a/+' -m b") == "mqttc: pub: not a topic"
    assert unix.run("mqttc sub -t ''") == "mqttc: sub: not a topic"


def test_kept_alive(unix, broker):
    connect(unix, broker)
    # as if half of the time had passed
    line = (
        "> from upyos import state; import time; c = state.mqtt;"
        " c.used_ms = time.ticks_add(time.ticks_ms(), -40000); n = c.used_ms;"
        " print(c.receive(100), time.ticks_diff(c.used_ms, n) > 30000)"
    )
    assert unix.run(line) == "None True"


class Halting(threading.Thread):
    """A broker that sends half of a message, and the rest when the client says something."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.start()

    def run(self) -> None:
        with self._server, self._server.accept()[0] as client:
            client.settimeout(LIMIT_S)
            client.recv(100)
            client.sendall(b"\x20\x02\x00\x00" + b"\x30\x0a\x00")
            client.recv(100)
            client.sendall(b"\x04in/ahere" + b"\xd0\x00")
            client.recv(100)


def test_ctrl_c_within_a_message_loses_nothing(unix):
    broker = Halting()
    connect(unix, broker)
    unix.type("mqttc listen")
    # it waits for the rest
    unix.target.read_quiet(0.3, 10)
    unix.run("\u0003")
    assert re.fullmatch(r"127\.0\.0\.1: \d+ ms", unix.run("mqttc ping"))
    unix.type("mqttc listen")
    unix.target.read_until(re.compile(rb"in/a: here\r\n"), 20)
    unix.run("\u0003")


NOISE = {
    "no broker": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "endless length": b"\x20\xff\xff\xff\xff\xff",
    "huge": b"\x20\xff\xff\xff\x7f",
    "nothing": b"",
    "cut": b"\x20\x02\x00",
    "message": b"\x30\x01\x00\x20\x02\x00\x00",
}


@pytest.mark.parametrize("name", NOISE)
def test_what_is_no_broker(unix, name):
    from test_net_tools import Peer

    peer = Peer(NOISE[name], 1)
    said = unix.run(f"mqttc -h 127.0.0.1 -p {peer.port}")
    assert re.fullmatch(r"mqttc: 127\.0\.0\.1: [a-z' :0-9]+", said)
    assert unix.run("echo $?") == "1"
    peer.join()
