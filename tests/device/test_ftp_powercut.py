# SPDX-License-Identifier: MIT
"""The power goes while a file comes by FTP: the old one or the new one is there."""

from collections.abc import Iterator

import pytest
from machines import board, file_system, image
from session import Session
from test_powercut import steps
from upyfw.image import fsimage
from upyfw.targets.base import TargetError
from upyfw.targets.cable import Talk

BOARD = "RPI_PICO"
OLD = "old content\n"
NEW = b"".join(b"line %d of the new file\n" % number for number in range(300))
PATH = "/t/file"
# what an upload that was cut leaves, and the next one removes (modules/upyos/lib/files.py)
PART = "/var/.part"
DATA_PORT = 13333


@pytest.fixture
def session(machines) -> Iterator[Session]:
    with machines.at_prompt(BOARD, image(BOARD, {PATH: OLD})) as session:
        yield session


def control(session: Session) -> Talk:
    """A control connection to a board that has just started."""
    session.wait_prompt()
    cable = session.target.cable
    assert cable.wait()
    session.run("uftpd start")
    talk = cable.open(21)
    talk.say(b"USER anybody\r\nPASV\r\n", until=b"227 ")
    return talk


def upload(session: Session, talk: Talk) -> None:
    """Send the file; the power may go."""
    data = session.target.cable.open(DATA_PORT)
    try:
        talk.say(b"STOR " + PATH.encode() + b"\r\n", until=b"150 ")
        data.say(NEW, end=True)
    except TargetError:
        assert session.target.is_off


def files(session: Session) -> dict[str, bytes]:
    found = fsimage.read(board(BOARD), file_system(session, BOARD))
    return {path: data for path, data in found.items() if not path.startswith(PART)}


def test_a_power_cut_leaves_the_old_or_the_new_file(session, full):
    flash = session.target.flash_image()
    before = files(session)
    session.forget()
    session.target.power_cycle(flash=flash)
    talk = control(session)
    ops = session.target.flash_ops
    upload(session, talk)
    ops = session.target.flash_ops - ops
    assert files(session) == {**before, PATH: NEW}
    for step in steps(ops, full):
        session.forget()
        session.target.power_cycle(flash=flash)
        talk = control(session)
        session.target.cut_after(step[0], torn=step[1])
        upload(session, talk)
        assert session.target.is_off, step
        session.target.power_cycle()
        session.wait_prompt()
        assert files(session) in (before, {**before, PATH: NEW}), step
