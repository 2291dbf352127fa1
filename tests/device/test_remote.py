# SPDX-License-Identifier: MIT
"""mpremote over the network: RFC 2217 and the raw REPL at the prompt."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest
from machines import image
from network import Plain, free_port, wrong_answers
from session import Session

LIMIT_S = 120


class Remote:
    """A board whose console mpremote reaches over the network."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.port = free_port()
        session.run(f"utelnetd start -p {self.port}")

    def call(self, *words: str) -> subprocess.CompletedProcess:
        device = f"rfc2217://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "mpremote", "connect", device, *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S)

    def mpremote(self, *words: str) -> str:
        run = self.call(*words)
        assert run.returncode == 0, run.stderr + run.stdout
        return run.stdout


@pytest.fixture
def remote(machines) -> Iterator[Remote]:
    with machines.at_prompt("UNIX", image("UNIX", {"/t/a.txt": "alpha\n"})) as session:
        yield Remote(session)


def test_exec_and_the_prompt_afterwards(remote):
    assert remote.mpremote("exec", "print(6 * 7)") == "42\n"
    assert remote.session.wait_texts(["OK42", "/ $: "], LIMIT_S) is None
    remote.session.settle()
    assert remote.session.run("echo on") == "on"


def test_files_there_and_back(remote, tmp_path):
    data = bytes(range(256)) * 9
    (tmp_path / "there.bin").write_bytes(data)
    remote.mpremote("fs", "cp", str(tmp_path / "there.bin"), ":/t/b.bin")
    assert remote.mpremote("fs", "cat", ":/t/a.txt") == "alpha\n"
    remote.mpremote("fs", "cp", ":/t/b.bin", str(tmp_path / "back.bin"))
    assert (tmp_path / "back.bin").read_bytes() == data


def test_output_comes_once(remote):
    """Whether a step of the session or a signal comes in the middle of it."""
    with closing(Plain(remote.port)) as client:
        assert wrong_answers(client, 4000) == []


def test_an_exception_is_the_tools(remote):
    run = remote.call("exec", "1/0")
    assert run.returncode == 1
    assert "ZeroDivisionError" in run.stdout + run.stderr
    assert remote.mpremote("exec", "print('on')") == "on\n"


def test_names_stay_until_the_soft_reset(remote):
    assert remote.mpremote("exec", "x = 5", "exec", "print(x)") == "5\n"
    assert remote.mpremote("exec", "print('x' in globals())") == "False\n"


def test_while_a_line_is_typed(remote):
    remote.session.target.send(b"echo not-finis")
    remote.session.settle()
    assert remote.mpremote("exec", "print('got' + 'in')") == "gotin\n"


def test_what_runs_is_interrupted(remote):
    remote.session.type("sleep 1000")
    remote.session.settle()
    assert remote.mpremote("exec", "print('got' + 'in')") == "gotin\n"


def test_serial_port_settings(remote):
    """What RFC 2217 asks for is answered, questions too."""
    client = Plain(remote.port)
    client.until(b"/ $: ")
    client.send(b"\xff\xfb\x2c\xff\xfa\x2c\x01\x00\x00\x25\x80\xff\xf0")
    assert b"\xff\xfd\x2c\xff\xfb\x00\xff\xfd\x00" in client.until(b"\x65\x00\x00\x25\x80\xff\xf0")
    client.send(b"\xff\xfa\x2c\x01\x00\x00\x00\x00\xff\xf0")
    client.until(b"\xff\xfa\x2c\x65\x00\x01\xc2\x00\xff\xf0")
    client.send(b"\xff\xfa\x2c\x05\x07\xff\xf0\xff\xfa\x2c\x0c\x03\xff\xf0")
    client.until(b"\xff\xfa\x2c\x69\x08\xff\xf0\xff\xfa\x2c\x70\x03\xff\xf0")
    # binary now: no byte is dropped
    client.send(b"< len('''\r\n''')\r")
    client.close()
