# SPDX-License-Identifier: MIT
"""The clients that people have, with the firmware that users flash, over the USB cable.

curl, wget and ftplib are in test_usbnet_services.py; the same clients with UNIX in the tests of
the services.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import lftp
import pytest
from machines import image
from network import Plain, free_port, wrong_answers
from session import Session
from test_telnet import LINES, SCRIPT, Telnet, shows_all, works_for_a_client
from upyfw.source import tools

BOARD = "RPI_PICO"
LIMIT_S = 200


@pytest.fixture
def data_port() -> int:
    """The port of FTP's data connections, the same number on the board and on this machine."""
    return free_port()


@pytest.fixture
def running(machines, data_port) -> Iterator[Session]:
    """A board with telnet and FTP, in real time."""
    files = {"/t/a.txt": "alpha\n" * 100, "/etc/uftpd.conf": f'{{"data_port": {data_port}}}'}
    files |= {"/t/lines.py": LINES, "/t/lines.sh": SCRIPT}
    with machines.at_prompt(BOARD, image(BOARD, files)) as session:
        assert session.target.cable.wait()
        session.run("utelnetd start")
        session.run("uftpd start")
        session.target.stream(lambda data: None)
        yield session
        session.target.stream(None)


def test_lftp_mirrors_in_parallel(running, data_port, tmp_path):
    cable = running.target.cable
    cable.forward(data_port, data_port)
    settings = "set net:timeout 60; set ftp:ssl-allow no; set ftp:prefer-epsv yes;"
    at = f"admin,x -p {cable.forward(21)} 127.0.0.1"
    more = f"get /t/a.txt -o {tmp_path / 'a.txt'}"
    lftp.mirrors(settings, at, "/t/m", tmp_path / "there", [i * 700 for i in range(6)], more)
    assert (tmp_path / "a.txt").read_text() == "alpha\n" * 100


def test_inetutils_client(running):
    tools.require("telnet")
    with closing(Telnet(running.target.cable.forward(23), 30, 100)) as client:
        client.until(b"/ $: ")
        works_for_a_client(client)


def test_output_comes_once(running):
    with closing(Plain(running.target.cable.forward(23))) as client:
        assert wrong_answers(client, 100) == []


@pytest.mark.parametrize("job", ["/t/lines", "sh /t/lines.sh"])
def test_output_of_a_thread_is_whole(running, job):
    with closing(Plain(running.target.cable.forward(23))) as client:
        client.until(b"/ $: ")
        shows_all(client, f"{job} &")
        shows_all(client, f"{job} & sleep 5")


def test_mpremote_over_rfc2217(running, tmp_path):
    device = f"rfc2217://127.0.0.1:{running.target.cable.forward(23)}"
    data = bytes(range(256)) * 4
    (tmp_path / "b.bin").write_bytes(data)
    words = (
        *("exec", "import sys; print(sys.platform, 6 * 7)"),
        *("fs", "cp", str(tmp_path / "b.bin"), ":/t/b.bin"),
        *("fs", "cp", ":/t/b.bin", str(tmp_path / "back.bin")),
    )
    command = [sys.executable, "-m", "mpremote", "connect", device]
    for part in (words[:2], words[2:6], words[6:]):
        command += [*part, "+"]
    run = subprocess.run(command[:-1], capture_output=True, text=True, timeout=LIMIT_S)
    assert run.returncode == 0, run.stderr + run.stdout
    assert run.stdout.startswith("rp2 42\n")
    assert (tmp_path / "back.bin").read_bytes() == data
