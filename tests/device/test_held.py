# SPDX-License-Identifier: MIT
"""Ctrl-Z holds the program in the foreground and gives the prompt; fg goes on with it."""

import casefile
import machines as at
import pytest
from upyfw.image import fsimage

both = pytest.mark.parametrize("target", casefile.TARGETS)

# Counts, and says at its end whether what it has only on the C stack is still there.
LOOP = b"""
import sdata

proc = None


def count(a, b):
    try:
        while not sdata.d0:
            a[0] += 1
    finally:
        print("kept", b, "counted", a[0] > 0)


def __main__(args):
    sdata.d0 = 0
    print("begun")
    count([0], [n * n for n in range(5)])
"""


@pytest.fixture
def session(machines, target):
    files = {
        "/etc/init.sh": at.SILENT,
        "/opt/loop.py": LOOP,
    }
    with machines.at_prompt(target, fsimage.make(at.board(target), files)) as session:
        yield session


def _hold(session, line, shown="begun"):
    """Type a line, wait until it shows something, hold it; what the prompt came with."""
    start = len(session.text)
    session.type(line)
    session.wait_texts([line, shown], 20)
    session.type("\x1a")
    session.wait_prompt()
    return session.text[start:]


@both
def test_a_loop_is_held_and_goes_on(session):
    assert "+ Stopped  /opt/loop" in _hold(session, "/opt/loop")
    assert "H" in session.run("jobs")
    session.run("> sdata.d0 = 1")
    assert session.run("fg").endswith("kept [0, 1, 4, 9, 16] counted True")
    assert session.run("jobs") == ""
