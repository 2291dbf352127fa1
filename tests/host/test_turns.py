# SPDX-License-Identifier: MIT
"""The turn of jobs in threads, on this machine."""

import sys
import threading

import pytest
from device_fakes import device, load


@pytest.fixture
def turns():
    with device():
        sys.modules["_upyos"].acquire = lambda lock: lock.acquire()
        yield load("jobs.turns")


def test_what_does_not_fit_in_memory_leaves_the_turn_free(turns, monkeypatch):
    """fields() makes a tuple; whoever lacks memory for it gives the turn back."""
    turn = turns.Turn()
    turn.give()
    monkeypatch.setattr(sys.modules["upyos.state"], "turn", turn, raising=False)

    def none_left():
        raise MemoryError

    monkeypatch.setattr(turns, "fields", none_left)
    with pytest.raises(MemoryError):
        turns.begin(turns.fresh(None))
    assert not turn.lock.locked() and turn.holder is None


def test_inside_gives_it_back_too(turns, monkeypatch):
    turn = turns.Turn()
    state = sys.modules["upyos.state"]
    monkeypatch.setattr(state, "turn", turn, raising=False)
    turn.give()
    monkeypatch.setattr(turn, "current", lambda: None)
    found = turns.fields
    left = [1]

    def last_one():
        if not left:
            raise MemoryError
        left.pop()
        return found()

    monkeypatch.setattr(turns, "fields", last_one)
    with pytest.raises(MemoryError):
        turn.inside(threading.get_ident)
    assert not turn.lock.locked() and turn.holder is None
