# SPDX-License-Identifier: MIT
"""The shell's state, shared by threads.

`upyos.state` describes one command line in progress. When background jobs run in threads, a thread
that interprets lines holds the lock state.turn; it lets go while a program runs and while it waits
for a key, and takes its own values with it.
"""

import time

import _upyos
from micropython import const
from upyos import state

# The longest wait for a key: a thread may end meanwhile.
_IDLE_MS = const(50)
# What a mirror has room for at most, beside what is drawn again with it: the line that is edited.
_MIRRORED_BYTES = const(150)
_DRAWN_BYTES = const(100)
# A thread waits so often for that room, and so long each time.
_PAUSES = const(100)
_PAUSE_MS = const(5)
# Where state.errors stands in what fields() returns.
_ERRORS = const(5)


def fields():
    """Return the values that belong to the holder of the turn."""
    found = (state.status, state.frame, state.foreground, state.result, state.broken)
    return found + (state.errors, state.functions)


def set_fields(values):
    """Set what fields() returned."""
    # at once: it takes no memory
    (
        state.status,
        state.frame,
        state.foreground,
        state.result,
        state.broken,
        state.errors,
        state.functions,
    ) = values


def fresh(proc):
    """Return the values that a job begins with."""
    return (0, None, proc, False, None, None, state.functions)


class Turn:
    """A lock that knows its holder, and what is done with it and without."""

    def __init__(self):
        import _thread

        self.lock = _thread.allocate_lock()
        # The id of the calling thread.
        self.now = _thread.get_ident
        # Jobs in threads that have not ended.
        self.jobs = 0
        # The thread that had the terminal first: it runs tasks and the prompt.
        self.main = self.holder = self.now()
        self.lock.acquire()

    def is_mine(self):
        """Return True if the calling thread holds the turn."""
        return self.holder == self.now()

    def take(self):
        """Take the turn when it is free."""
        _upyos.acquire(self.lock)
        self.holder = self.now()

    def give(self):
        """Let another thread have the turn."""
        self.holder = None
        self.lock.release()

    def ident(self):
        """Return the id of the calling thread, 0 for the main one."""
        ident = self.now()
        return 0 if ident == self.main else ident

    def current(self):
        """Return the Proc of the calling thread."""
        if self.is_mine():
            return state.foreground
        mine = self.ident()
        # A copy: another thread may change the list.
        for pid in sorted(state.procs)[::-1]:
            proc = state.procs.get(pid)
            if proc and proc.tid == mine and not (proc.isthr and mine == 0):
                return proc
        return None

    def errors(self):
        """Return where the error lines of the calling thread go."""
        if self.is_mine():
            return state.errors
        line = getattr(self.current(), "line", None)
        return line[_ERRORS] if type(line) is tuple and len(line) > _ERRORS else None

    def room(self, wanted):
        """Return how many of so many bytes sessions over the network can follow now, at least one.

        Those are all on the main thread, which makes the room (svc.mirrored). Another one waits
        for it, without the turn, but not for ever: a session may miss what it is too slow for.
        """
        if self.ident() == 0:
            return wanted
        for _ in range(_PAUSES):
            there = _upyos.room() - _DRAWN_BYTES
            if there >= min(wanted, _MIRRORED_BYTES):
                return min(wanted, there)
            self.without(time.sleep_ms, _PAUSE_MS)
        return wanted

    def without(self, call, *args):
        """Call while others may have the turn; return the result."""
        if not self.is_mine():
            return call(*args)
        proc = state.foreground
        values = fields()
        if proc is not None:
            proc.line = values
        self.give()
        try:
            return call(*args)
        finally:
            self.take()
            # before any branch: there Ctrl-C is raised
            set_fields(values)
            # What the call changed through inside(); a program may have put anything there.
            line = getattr(proc, "line", None)
            if type(line) is tuple and len(line) == len(values):
                set_fields(line)

    def leave(self):
        """Go with the last job. Called in a step: a tick between might begin another."""
        if self.jobs == 0:
            state.turn = None

    def inside(self, call, *args):
        """Call with the turn and the values of the calling program's command line.

        Returns the result. A program runs without the turn: what it sees in upyos.state belongs
        to others.
        """
        if self.is_mine():
            return call(*args)
        proc = self.current()
        outer = begin(getattr(proc, "line", None) or fresh(proc))
        try:
            return call(*args)
        finally:
            try:
                values = fields()
            finally:
                end(outer)
            if proc is not None:
                proc.line = values

    def taken(self, call, *args):
        """Call with the turn, as a program must that uses the shell; return the result."""
        outer = begin(fresh(self.current()))
        try:
            return call(*args)
        finally:
            end(outer)


def begin(values):
    """Take the turn if there is one, with these values; return what end() wants back."""
    turn = state.turn
    # what does nothing
    give = bool
    if turn is not None and not turn.is_mine():
        give = turn.give
        turn.take()
    try:
        outer = (give, fields())
        set_fields(values)
        return outer
    except MemoryError:
        give()
        raise


def end(outer):
    """Undo begin(). Without a branch: Ctrl-C, which is raised there, would leave the turn taken,
    and whoever takes it next would wait for himself."""
    give, values = outer
    set_fields(values)
    give()


def regain():
    """Have the turn, if there is one: a step that was left at once may have given it away."""
    turn = state.turn
    if turn is not None and not turn.is_mine():
        turn.take()


def key():
    """Wait for a key while jobs go on; return it, or -1 after a while."""
    if state.loop is None and state.turn is None:
        # The last job is gone, and so may be what it needed.
        state.key = None
        state.modules = 0
        return -1
    wait_ms = state.loop.step() if state.loop else _IDLE_MS
    turn = state.turn
    if turn is None:
        return _upyos.key(wait_ms)
    found = turn.without(_upyos.key, wait_ms)
    _upyos.step(turn.leave)
    return found
