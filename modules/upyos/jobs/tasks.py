# SPDX-License-Identifier: MIT
"""The system's loop: background tasks, and what drives them while something else runs.

Tasks advance while the prompt waits for a key, inside a program's own asyncio.run, and from a
timer while a synchronous program runs or sleeps. All of it ends with the last task.
"""

import asyncio
import time
from asyncio import core

import _upyos
import upyos_port
from micropython import const
from upyos import loader, state
from upyos.jobs import job, turns
from upyos.jobs.output import Lines
from upyos.programs import failure

_PERIOD_MS = const(10)
# How often all that is due runs before what is in the foreground goes on.
_ROUNDS = const(8)
# The longest sleep at the prompt: a task may come in through a stream or a thread.
_IDLE_MS = const(50)

# As jobs.loop replaces it.
_run_until_complete = core.run_until_complete
# What all sleeps share: the time of one that is not awaited yet.
_sleep = core.sleep_ms(0)
_sleep.state = None


def start(proc, main, streams, kept):
    """Run the coroutine main(args) as a background task; return status 0."""
    more()
    core.create_task(Part(Job(proc, streams, kept), main(proc.args), True))
    return job.begun(proc)


def more():
    """Count one more coroutine that the system runs; the first one starts the driver."""
    Driver.tasks += 1
    drive()


def drive():
    """Have a driver be the loop."""
    ears = state.loop
    if isinstance(ears, Driver):
        return
    state.loop = Driver()
    if state.key is None or ears and state.key is ears.key:
        state.key = turns.key
    upyos_port.timer(_PERIOD_MS, state.loop.step)
    if ears:
        state.loop.ears = ears
        ears.employ()


def less():
    """Count one less; the driver goes with the last one, or leaves the loop to jobs.listener."""
    Driver.tasks -= 1
    if Driver.tasks == 0:
        state.modules = 0
        if state.loop.ears is None:
            state.loop.parted()


class Driver:
    """Runs tasks that are due."""

    # Tasks of the system that have not ended.
    tasks = 0
    # Asked for while it ran, perhaps behind its last look at the streams.
    again = False
    # jobs.listener, which is the loop after it, if there are services.
    ears = None

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
                wait_ms = _upyos.step(self._due_ms)
                if wait_ms > 0:
                    break
                wait_ms = 0
                self.last.data = None
                core._task_queue.push(self.last)
                _upyos.step(_run_until_complete, self.last)
        # barrier: what a program left to the loop itself
        except BaseException as exc:
            core.cur_task = None
            # The old end of the loop may still stand in the queue, where it does no harm.
            self.__init__()
            self.running = True
            if not _end_guilty(exc):
                raise
            wait_ms = 0
        finally:
            self.running = False
            _upyos.hold(False)
        if self.again:
            self.again = False
            wait_ms = 0
        return min(wait_ms, _IDLE_MS)

    def clear(self):
        """Drop what a program left in the loop, unless another one's loop is running."""
        if core.cur_task is None:
            core.new_event_loop()

    def parted(self):
        """Go with the last service, unless there are tasks."""
        self.ears = None
        if Driver.tasks == 0:
            upyos_port.timer(0, None)
            state.loop = None

    def rest(self):
        """Let jobs.listener be the loop; return True if there are tasks."""
        if Driver.tasks:
            return True
        if state.key is turns.key:
            state.key = None
        return self.ears.rest()

    key = staticmethod(turns.key)

    def woken(self):
        """Do nothing: asyncio is loaded."""

    employ = woken

    def _due_ms(self):
        """Return in how many ms the next task is due, after a look at the streams."""
        if core._io_queue.map:
            core._io_queue.wait_io_event(0)
        task = core._task_queue.peek()
        return time.ticks_diff(task.ph_key, time.ticks_ms()) if task else _IDLE_MS


def _end_guilty(exc):
    """End what a program left to the loop that raised exc, or was interrupted; False if nothing.

    That is a handler of exceptions, or a stream that is code: jobs that wait for such are ended.
    """
    found = core.Loop._exc_handler is not None
    core.Loop._exc_handler = None
    if found:
        return True
    entries = [entry for entry in core._io_queue.map.values() if hasattr(entry[2], "ioctl")]
    for task in [task for entry in entries for task in entry[:2]]:
        if task and isinstance(task.coro, Part):
            core._io_queue.remove(task)
            task.coro.fail(exc)
            found = True
    return found


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
        _upyos.hold(True)
        outer = before = None
        try:
            if self.job.over:
                self._close()
            # The program in the foreground may be between its sleep and the await.
            outer = turns.begin(self.fields), Part.current, core.cur_task, _sleep.state
            _sleep.state = None
            before = _upyos.redirect(self.job.out)
            Part.current = self
            core.cur_task.data = ...
            result = _upyos.step(call, value)
            if outer[2].data is ...:
                raise TypeError("yield without await: not a coroutine")
            return result
        # barrier: whatever a program raises ends that program only
        except BaseException as exc:
            if not self.main and isinstance(exc, (Exception, asyncio.CancelledError)):
                raise
            self._left(exc)
            raise StopIteration
        finally:
            if outer:
                self._end_step(outer, before)
            _upyos.hold(False)

    def _end_step(self, outer, before):
        """Undo what a step began with, however it was left."""
        loader.mend("upyos/")
        core.cur_task = task = outer[2]
        _sleep.state = outer[3]
        if task.data is ...:
            task.data = None
        turns.regain()
        _upyos.redirect(before)
        self.fields = turns.fields()
        if self.job.over:
            self.job.end()
        turns.end(outer[0])
        Part.current = outer[1]

    def _left(self, exc):
        """Let the job say how it ended: the text of an exception may be code of the program."""
        try:
            _upyos.step(self.job.left, exc)
        # barrier: the program's own text for its exception
        except BaseException:
            self.job.over = True

    def fail(self, exc):
        """End the job by an exception that came from outside its steps."""
        if not self.job.over:
            self._left(exc)
            self.job.end()

    def _close(self):
        """End with the job, which is over. Raises StopIteration."""
        try:
            _upyos.step(self.coroutine.close)
        # barrier: what a program does at its end
        except BaseException:
            pass
        finally:
            _upyos.mend()
        raise StopIteration


class Job:
    """A background program that is async."""

    over = False

    def __init__(self, proc, streams, kept):
        self.proc = proc
        self.streams = streams
        self.kept = kept
        self.out = streams.target or Lines()

    def left(self, exc):
        """Note that the job ended by an exception, StopIteration if it just returned."""
        self.over = True
        if not isinstance(exc, (StopIteration, asyncio.CancelledError)):
            failure.status(self.proc, exc)

    def end(self):
        """Report the end of the job."""
        loader.mend("/")
        if self.streams.target is None:
            self.out.show()
        job.ended(self.proc, self.streams, self.kept)
        less()
