# SPDX-License-Identifier: MIT
"""The system's loop: background tasks, and what drives them while something else runs.

Tasks advance while the prompt waits for a key, inside a program's own asyncio.run, and from a
timer while a synchronous program runs or sleeps. All of it ends with the last task.
"""

import asyncio
import io
import time
from asyncio import core

import _upyos
import upyos_port
from micropython import const

from upyos import console, failure, jobs, process, state, turns

_PERIOD_MS = const(10)
# How often all that is due runs before what is in the foreground goes on.
_ROUNDS = const(8)
# The longest sleep at the prompt: a task may come in through a stream or a thread.
_IDLE_MS = const(50)

# As upyos.loop replaces it.
_run_until_complete = core.run_until_complete


def start(proc, main, streams):
    """Run the coroutine main(args) as a background task; return status 0."""
    more()
    core.create_task(Part(Job(proc, streams), main(proc.args), True))
    return jobs.begun(proc)


def more():
    """Count one more coroutine that the system runs; the first one starts the driver."""
    Driver.tasks += 1
    if state.loop is None:
        install()
        state.loop = Driver().step
        state.key = turns.key
        upyos_port.timer(_PERIOD_MS, state.loop)


def install():
    """Have asyncio know of jobs."""
    from upyos import loop

    loop.install()


def less():
    """Count one less; the driver goes with the last one."""
    Driver.tasks -= 1
    if Driver.tasks == 0:
        upyos_port.timer(0, None)
        state.loop = None


def part():
    """Let tasks stand still and jobs be silent: the raw REPL has the terminal."""
    state.parted = True
    upyos_port.timer(0, None)


class Driver:
    """Runs tasks that are due."""

    # Tasks of the system that have not ended.
    tasks = 0
    # Asked for while it ran, perhaps behind its last look at the streams.
    again = False

    def __init__(self):
        self.running = False
        # A task that ends at once stands behind those that are due: it stops the loop.
        self.last = asyncio.create_task(Stop())
        core._task_queue.remove(self.last)

    def step(self):
        """Run what is due; return how many ms nothing will be. Not re-entered, and never in the
        middle of another loop."""
        if self.running or core.cur_task is not None:
            self.again = True
            return _PERIOD_MS
        self.running = True
        # Ctrl-C is for the program in the foreground, not for a task.
        _upyos.hold(True)
        try:
            # What a task starts, or what comes at its socket meanwhile, is due at once too.
            for _ in range(_ROUNDS):
                wait_ms = self._due_ms()
                if wait_ms > 0:
                    break
                wait_ms = 0
                self.last.data = None
                core._task_queue.push(self.last)
                _run_until_complete(self.last)
        finally:
            self.running = False
            _upyos.hold(False)
        if self.again:
            self.again = False
            wait_ms = 0
        return min(wait_ms, _IDLE_MS)

    def _due_ms(self):
        """Return in how many ms the next task is due, after a look at the streams."""
        if core._io_queue.map:
            core._io_queue.wait_io_event(0)
        task = core._task_queue.peek()
        return time.ticks_diff(task.ph_key, time.ticks_ms()) if task else _IDLE_MS


class Stop:
    """Coroutine that is at its end."""

    def send(self, value):
        raise StopIteration

    throw = send


class Part:
    """A coroutine of a job: each of its steps runs as the job's process.

    The job ends with its main part, and with SystemExit in any part.
    """

    # The part whose step runs, on the main thread.
    current = None

    def __init__(self, job, coroutine, main=False):
        self.job = job
        self.coroutine = coroutine
        self.main = main
        self.fields = turns.fresh(job.proc)

    def send(self, value):
        return self._step(self.coroutine.send, value)

    def throw(self, exc):
        return self._step(self.coroutine.throw, exc)

    def _step(self, call, value):
        job = self.job
        if job.over:
            self.coroutine.close()
            raise StopIteration
        outer = turns.begin(self.fields), Part.current
        before = _upyos.redirect(job.out)
        Part.current = self
        _upyos.hold(True)
        try:
            return call(value)
        # barrier: whatever a program raises ends that program only
        except BaseException as exc:
            if not self.main and isinstance(exc, (Exception, asyncio.CancelledError)):
                raise
            job.left(exc)
            raise StopIteration
        finally:
            _upyos.mend()
            _upyos.redirect(before)
            self.fields = turns.fields()
            if job.over:
                job.end()
            turns.end(outer[0])
            Part.current = outer[1]
            _upyos.hold(False)


class Job:
    """A background program that is async."""

    over = False

    def __init__(self, proc, streams):
        self.proc = proc
        self.streams = streams
        self.out = streams[1] or Lines()

    def left(self, exc):
        """Note that the job ended by an exception, StopIteration if it just returned."""
        self.over = True
        if not isinstance(exc, (StopIteration, asyncio.CancelledError)):
            failure.status(self.proc, exc)

    def end(self):
        """Report the end of the job."""
        process.mend("/")
        jobs.ended(self.proc, self.streams)
        less()


class Lines(io.IOBase):
    """Output of a job: to the terminal; while a line is edited above it, in whole lines."""

    def __init__(self):
        self.kept = b""

    def write(self, data):
        if state.parted:
            return len(data)
        turn = state.turn
        if turn is None or turn.is_mine():
            return self._write(data)
        # Else the main thread might be in the middle of its edited line.
        turn.take()
        try:
            return self._write(data)
        finally:
            turn.give()

    def _write(self, data):
        if console.editing is None and not self.kept:
            before = _upyos.redirect(None)
            console.write(data)
            _upyos.redirect(before)
        else:
            self.kept += bytes(data)
            end = self.kept.rfind(b"\n")
            if end >= 0:
                text = self.kept[:end].decode()
                self.kept = self.kept[end + 1 :]
                console.error(text)
        return len(data)

    def ioctl(self, request, argument):
        return 0
