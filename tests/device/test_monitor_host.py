# SPDX-License-Identifier: MIT
"""`upyfw monitor HOST`: a terminal on one side, a board's telnet service on the other."""

import signal
import threading

import pytest
import test_telnet
from machines import image
from network import LIMIT_S, Plain, free_port
from test_monitor import Terminal
from upyfw.base.errors import UpyfwError
from upyfw.remote.place import Place
from upyfw.remote.telnet import Decoder, Telnet


@pytest.fixture
def guarded(machines):
    """A board with a password, and the service running."""
    files = {"/etc/system.conf": test_telnet.PASSWORD}
    with machines.at_prompt("UNIX", image("UNIX", files)) as session:
        found = test_telnet.Service(session)
        yield found
        found.close()


def test_log_in_type_and_leave(guarded):
    terminal = Terminal("monitor", f"127.0.0.1:{guarded.port}")
    try:
        for prompt, answer in ((b"Login: ", b"admin\r"), (b"Password: ", b"pw7\r")):
            terminal.wait_for(prompt)
            terminal.type(answer)
        terminal.wait_for(b"/ $: ")
        terminal.type(b"< 6 * 7\r")
        terminal.wait_for(b"\r\n42\r\n")
        # the window of a new terminal, which has no size of its own, is taken as 80 x 24
        terminal.type(b"echo $COLUMNS x $LINES\r")
        terminal.wait_for(b"\r\n80 x 24\r\n")
        terminal.type(b"\x1d")
        assert terminal.process.wait(test_telnet.LIMIT_S) == 0
    finally:
        terminal.close()


def test_the_board_ends_it(guarded):
    terminal = Terminal("monitor", f"127.0.0.1:{guarded.port}")
    try:
        terminal.wait_for(b"Login: ")
        guarded.session.run("utelnetd stop")
        terminal.wait_for(b"the board closed the connection")
        assert terminal.process.wait(test_telnet.LIMIT_S) == 0
    finally:
        terminal.close()


def test_a_target_like_any_other(machines):
    with machines.at_prompt("UNIX", image("UNIX", {})) as session:
        service = test_telnet.Service(session)
        with Telnet(Place("127.0.0.1", service.port)) as target:
            target.wait_prompt()
            assert target.run("echo \x07 äöü").endswith("äöü\n")
            assert target.run("pwd") == "/\n"


def test_what_a_signal_interrupts_is_shown_once(machines):
    """What is written again came twice: `ota push` waited for the echo of its line in vain."""
    with machines.at_prompt("UNIX", image("UNIX", {})) as session:
        service = test_telnet.Service(session)
        done = threading.Event()

        def interrupt() -> None:
            while not done.wait(0.0002):
                # as the tick of the services does
                session.target.signal(signal.SIGALRM)

        with Telnet(Place("127.0.0.1", service.port)) as target:
            target.wait_prompt()
            thread = threading.Thread(target=interrupt)
            thread.start()
            try:
                for _ in range(300):
                    assert target.run("echo 0123456789", LIMIT_S) == "0123456789\n"
            finally:
                done.set()
                thread.join()


def test_nobody_is_there():
    with pytest.raises(UpyfwError, match="refused"):
        Telnet(Place("127.0.0.1", free_port())).start()


def test_commands_that_come_in_pieces():
    whole = b"a\xff\xfb\x01b\xff\xfa\x18\x01\xff\xf0\xff\xffc\xff\xfd\x22\xff\xf1d"
    at_once = Decoder()
    assert at_once.decode(whole) == b"ab\xffcd"
    # DO ECHO, WONT LINEMODE
    assert bytes(at_once.answer) == b"\xff\xfd\x01\xff\xfc\x22"
    pieces = Decoder()
    assert b"".join(pieces.decode(bytes([byte])) for byte in whole) == b"ab\xffcd"
    assert pieces.answer == at_once.answer


def test_a_second_look_is_of_another_peer(guarded):
    """Two at the log-in do not disturb each other."""
    Plain(guarded.port).until(b"Login: ")
    with Telnet(Place("127.0.0.1", guarded.port)) as target:
        assert b"System: " in target.read_quiet(0.3)
