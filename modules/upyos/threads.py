# SPDX-License-Identifier: MIT
"""Background jobs in threads: synchronous programs, scripts, lists."""

import _thread
import sys

import _upyos
from micropython import const

from upyos import console, executor, failure, jobs, process, state, turns
from upyos.tasks import Lines, install

# A script on core 1 of an RP2040 needs more than the default of 4 KiB.
_STACK_BYTES = const(8192)


class Turn:
    """A lock that knows its holder."""

    def __init__(self):
        self.lock = _thread.allocate_lock()
        # Jobs in threads that have not ended.
        self.jobs = 0
        # The thread that had the terminal first: it runs tasks and the prompt.
        self.main = self.holder = _thread.get_ident()
        self.lock.acquire()

    def is_mine(self):
        """Return True if the calling thread holds the turn."""
        return self.holder == _thread.get_ident()

    def take(self):
        """Take the turn when it is free."""
        _upyos.acquire(self.lock)
        self.holder = _thread.get_ident()

    def give(self):
        """Let another thread have the turn."""
        self.holder = None
        self.lock.release()

    def ident(self):
        """Return the id of the calling thread, 0 for the main one."""
        ident = _thread.get_ident()
        return 0 if ident == self.main else ident


def start(proc, main, streams, kept):
    """Start a job in a thread; return the status of starting it.

    main is the program's __main__ or a parsed program.
    """
    turn = state.turn
    if turn is None:
        turn = state.turn = Turn()
        if state.key is None:
            state.key = turns.key
        install()
    turn.jobs += 1
    proc.tid = -1
    if sys.platform == "rp2":
        _thread.stack_size(_STACK_BYTES)
    try:
        _thread.start_new_thread(_run, (proc, main, streams, kept))
    except (OSError, RuntimeError) as exc:
        jobs.close(streams)
        turn.jobs -= 1
        console.error("%s: no free thread: %s" % (proc.cmd, exc))
        return 1
    return jobs.begun(proc)


def _run(proc, main, streams, kept):
    """Run a job: the thread's outermost function. It begins without the turn."""
    turn = state.turn
    turn.take()
    proc.tid = _thread.get_ident()
    turns.set_fields(turns.fresh(proc))
    out = streams[1] or Lines()
    _upyos.redirect(out)
    try:
        _call(proc, main)
    # barrier: whatever a program raises ends that program only
    except BaseException as exc:
        failure.status(proc, exc)
    finally:
        _upyos.redirect(None)
        if streams[1] is None:
            out.show()
        try:
            jobs.ended(proc, streams, kept)
        finally:
            turn.jobs -= 1
            turn.give()


def _call(proc, main):
    """Run the program's __main__ or a parsed program."""
    if not callable(main):
        executor.run(main)
        return
    try:
        result = turns.without(main, proc.args)
        if hasattr(result, "send"):
            from upyos import launch

            launch.run_async(result)
    finally:
        process.mend("/")
