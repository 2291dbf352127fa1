# SPDX-License-Identifier: MIT
"""Background jobs in threads: synchronous programs, scripts, lists."""

import _thread
import sys

import _upyos
from micropython import const
from upyos import console, loader, state
from upyos.jobs import job, loop, turns
from upyos.jobs.output import Lines
from upyos.programs import failure

# C stack of a job. A script needs more than the 4 KiB that an RP2040's core 1 and a task of an
# ESP32 have by default. On an ESP32 MicroPython keeps 1 KiB of it below its own limit for C code;
# littlefs alone takes 1,392 B (lfs2_rename, the deepest chain that GCC 12.2 reports for rv32imc
# with -fcallgraph-info=su), and under it lie the block device and ESP-IDF's flash code.
_STACK_BYTES = const(8192)
_HEADROOM_BYTES = const(2048)
# Jobs at once: each has its output redirected, as the main thread may (UPYOS_TARGETS, console.c).
_MOST = const(7)


def start(proc, streams, kept, call, *args):
    """Start a job in a thread; return the status of starting it.

    It is call(*args), with the turn: outside() for a program, executor.run for a list.
    """
    try:
        begin(proc, streams, kept, call, *args)
    except (OSError, RuntimeError) as exc:
        console.error("%s: no free thread: %s" % (proc.cmd, exc))
        return 1
    return job.begun(proc)


def begin(proc, streams, kept, call, *args):
    """As start, without a word. Raises OSError, RuntimeError if there is no free thread."""
    turn = _upyos.step(_one_more)
    proc.tid = -1
    if turn.jobs > _MOST:
        streams.close()
        turn.jobs -= 1
        raise RuntimeError("at most %d" % _MOST)
    if sys.platform in ("rp2", "esp32"):
        _thread.stack_size(_STACK_BYTES + (_HEADROOM_BYTES if sys.platform == "esp32" else 0))
    try:
        _thread.start_new_thread(_run, (proc, streams, kept, call, args))
    except (OSError, RuntimeError):
        streams.close()
        turn.jobs -= 1
        raise


def _one_more():
    """Return the turn, with a job more. Called in a step: a tick between might make another."""
    turn = state.turn
    if turn is None:
        turn = state.turn = turns.Turn()
        if state.key is None:
            state.key = turns.key
        loop.install()
    turn.jobs += 1
    return turn


def _run(proc, streams, kept, call, args):
    """Run a job: the thread's outermost function. It begins without the turn."""
    turn = state.turn
    turn.take()
    proc.tid = _thread.get_ident()
    turns.set_fields(turns.fresh(proc))
    if sys.platform == "esp32":
        _upyos.headroom(_HEADROOM_BYTES, True)
    out = streams.target or Lines()
    try:
        _upyos.redirect(out)
        call(*args)
    # barrier: whatever a program raises ends that program only
    except BaseException as exc:
        failure.status(proc, exc)
    finally:
        _upyos.redirect(None)
        if streams.target is None:
            out.show()
        try:
            job.ended(proc, streams, kept)
        finally:
            turn.jobs -= 1
            turn.give()


def outside(proc, main):
    """Run a program's __main__ while others may have the turn."""
    try:
        result = state.turn.without(main, proc.args)
        if hasattr(result, "send"):
            from upyos.programs import coroutine

            coroutine.run(result)
    finally:
        loader.mend("/")
