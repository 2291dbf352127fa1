# SPDX-License-Identifier: MIT
"""Faults of MicroPython 1.26.1 that a network meets, and what this firmware does instead.

Three others of issue 10 have their tests in test_usbnet.py: a look-up that waits for ever, data
that is lost with a reset, a serial console that is stuck after the host came back. That `re` does
not run out of C stack is in tests/cases (grep), which do not use it: modules/c/upyos/pattern.c.
Times here are of the emulated clock.
"""

from collections.abc import Iterator

import pytest
from machines import image
from session import Session
from upyfw.targets.cable import Talk

BOARD = "RPI_PICO"
REQUESTS = 30
# less than a period of the timer that looks at the sockets (jobs.tasks), 10 ms
AT_ONCE_S = 0.008
SOCKETS = """import socket
def __main__(args):
    n = 0
    while proc.sts != "S":
        s = socket.socket()
        s.bind(socket.getaddrinfo("0.0.0.0", 9)[0][-1])
        s.close()
        n += 1
    print("made", n > 100)
"""
TOO_MANY = """import gc, socket
def __main__(args):
    kept = []
    try:
        while True:
            kept.append(socket.socket())
    except OSError as e:
        print("ended", e.errno, len(kept) > 5)
    kept.clear()
    for _ in range(3):
        gc.collect()
        try:
            s = [socket.socket() for _ in range(30)]
        except OSError:
            pass
        s = None
    gc.collect()
    print("collected", len([socket.socket() for _ in range(3)]))
"""
# accepts when the peer has said all, and perhaps nothing
LATE = """import socket, time
def __main__(args):
    s = socket.socket()
    s.bind(("0.0.0.0", 7))
    s.listen(1)
    print("ready")
    time.sleep(1)
    c = s.accept()[0]
    c.settimeout(5)
    got = 0
    while data := c.recv(100):
        got += len(data)
    print("got", got)
"""
FILES = {"/t/sockets.py": SOCKETS, "/t/toomany.py": TOO_MANY, "/t/late.py": LATE}


@pytest.fixture
def session(machines) -> Iterator[Session]:
    with machines.at_prompt(BOARD, image(BOARD, FILES)) as session:
        assert session.target.cable.wait()
        session.run("uftpd start")
        yield session


@pytest.fixture
def talk(session) -> Talk:
    """A control connection of FTP."""
    talk = session.target.cable.open(21)
    talk.say(b"USER anybody\r\n", until=b"230 ")
    return talk


def answers_s(talk: Talk) -> list[float]:
    """How long requests take, in order."""
    answered = [talk.say(b"NOOP\r\n", until=b"200 OK\r\n") for _ in range(REQUESTS)]
    assert {each.reason for each in answered} == {False}
    return sorted(each.seconds for each in answered)


@pytest.mark.parametrize("line", ["", "sleep 1000"])
def test_what_comes_ends_the_wait(session, talk, line):
    """lwIP's event wakes the prompt and a sleep: no request waits for the timer."""
    if line:
        session.type(line)
        session.target.advance(1)
    assert answers_s(talk)[REQUESTS * 9 // 10] < AT_ONCE_S


def test_no_event_is_missed_while_a_thread_uses_sockets(session, talk):
    """The other core holds PendSV off again and again; what comes meanwhile is worked on then.

    MicroPython looks for it when the lock is given up (pendsv_resume), and only one core at a time
    runs Python here (cores.c). A missed one would wait for lwIP's next timer, 250 ms.
    """
    session.run("/t/sockets &")
    assert answers_s(talk)[-1] < 0.1
    session.run("killall sockets")
    assert "made True" in session.run("sleep 1") + session.text


def test_a_socket_that_was_never_made_is_collected(session):
    """There are ten connections; the eleventh has no memory in lwIP, and is garbage then."""
    told = session.run("/t/toomany")
    assert "ended 12 True\ncollected 3" in told
    assert session.run("echo still") == "still"


@pytest.mark.parametrize("data", [b"", b"x" * 300])
def test_a_peer_that_closed_before_it_was_accepted_has_closed(session, data):
    """The end of a connection on which nothing came, an empty file over FTP, was lost."""
    session.forget()
    session.type("/t/late")
    assert session.wait_texts(["ready\n"], 10) is None
    session.target.cable.exchange(7, data, end=True, keep=True, limit=0.3)
    assert session.wait_texts([f"got {len(data)}\n"], 20) is None
