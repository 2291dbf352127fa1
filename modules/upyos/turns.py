# SPDX-License-Identifier: MIT
"""The shell's state, shared by threads.

`upyos.state` describes one command line in progress. When background jobs run in threads, a thread
that interprets lines holds the lock state.turn; it lets go while a program runs and while it waits
for a key, and takes its own values with it.
"""

import _upyos
from micropython import const

from upyos import state

# The longest wait for a key: a thread may end meanwhile.
_IDLE_MS = const(50)


def fields():
    """Return the values that belong to the holder of the turn."""
    return (
        state.status,
        state.frame,
        state.foreground,
        state.condition,
        state.to_variable,
        state.result,
        state.broken,
    )


def set_fields(values):
    """Set what fields() returned."""
    (
        state.status,
        state.frame,
        state.foreground,
        state.condition,
        state.to_variable,
        state.result,
        state.broken,
    ) = values


def fresh(proc):
    """Return the values that a job begins with."""
    return (0, None, proc, False, False, state.NONE, None)


def without(call, *args):
    """Call while others may have the turn; return the result."""
    turn = state.turn
    if turn is None or not turn.is_mine():
        return call(*args)
    proc = state.foreground
    values = fields()
    if proc is not None:
        proc.line = values
    turn.give()
    try:
        return call(*args)
    finally:
        turn.take()
        # What the call changed through inside(); a program may have put anything there.
        line = getattr(proc, "line", None)
        set_fields(line if type(line) is tuple and len(line) == len(values) else values)
        if turn.jobs == 0 and turn.holder == turn.main:
            state.turn = None


def begin(values):
    """Take the turn if there is one, with these values; return what end() wants back."""
    turn = state.turn
    if turn is None or turn.is_mine():
        turn = None
    else:
        turn.take()
    outer = (turn, fields())
    set_fields(values)
    return outer


def end(outer):
    """Undo begin()."""
    turn, values = outer
    set_fields(values)
    if turn is not None:
        turn.give()


def regain():
    """Have the turn, if there is one: a step that was left at once may have given it away."""
    turn = state.turn
    if turn is not None and not turn.is_mine():
        turn.take()


def inside(call, *args):
    """Call with the turn and the values of the calling program's command line; return the result.

    A program runs without the turn: what it sees in upyos.state belongs to others.
    """
    turn = state.turn
    if turn is None or turn.is_mine():
        return call(*args)
    proc = current()
    outer = begin(getattr(proc, "line", None) or fresh(proc))
    try:
        return call(*args)
    finally:
        if proc is not None:
            proc.line = fields()
        end(outer)


def with_turn(call, *args):
    """Call with the turn, as a program must that uses the shell; return the result."""
    outer = begin(fresh(current()))
    try:
        return call(*args)
    finally:
        end(outer)


def key():
    """Wait for a key while jobs go on; return it, or -1 after a while."""
    if state.loop is None and state.turn is None:
        # The last job is gone, and so may be what it needed.
        state.key = None
        state.modules = 0
        return -1
    return without(_upyos.key, state.loop() if state.loop else _IDLE_MS)


def ident():
    """Return the id of the calling thread, 0 for the first one."""
    return state.turn.ident()


def current():
    """Return the Proc of the calling thread."""
    if state.turn.is_mine():
        return state.foreground
    mine = ident()
    # A copy: another thread may change the list.
    for pid in sorted(state.procs)[::-1]:
        proc = state.procs.get(pid)
        if proc and proc.tid == mine and not (proc.isthr and mine == 0):
            return proc
    return None
