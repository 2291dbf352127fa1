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

from upyos import console, failure, jobs, state, turns

_PERIOD_MS = const(10)
# The longest sleep at the prompt: a task may come in through a stream or a thread.
_IDLE_MS = const(50)


def start(proc, main, streams):
    """Run the coroutine main(args) as a background task; return status 0."""
    job = Job(proc, main(proc.args), streams)
    if state.loop is None:
        state.loop = Driver().step
        state.key = turns.key
        upyos_port.timer(_PERIOD_MS, state.loop)
    Driver.tasks += 1
    asyncio.create_task(job)
    return jobs.begun(proc)


def part():
    """Let tasks stand still and jobs be silent: the raw REPL has the terminal."""
    state.parted = True
    upyos_port.timer(0, None)


class Driver:
    """Runs tasks that are due."""

    # Tasks of the system that have not ended.
    tasks = 0

    def __init__(self):
        self.running = False
        # A task that ends at once stands behind those that are due: it stops the loop.
        self.last = asyncio.create_task(_Stop())
        core._task_queue.remove(self.last)

    def step(self):
        """Run what is due; return how many ms nothing will be. Not re-entered, and never in the
        middle of a flash operation or of another loop."""
        if self.running or core.cur_task is not None or _upyos.busy():
            return _PERIOD_MS
        self.running = True
        # Ctrl-C is for the program in the foreground, not for a task.
        _upyos.hold(True)
        try:
            wait_ms = self._due_ms()
            if wait_ms <= 0:
                self.last.data = None
                core._task_queue.push(self.last)
                core.run_until_complete(self.last)
                wait_ms = 0
        finally:
            self.running = False
            _upyos.hold(False)
        return min(wait_ms, _IDLE_MS)

    def _due_ms(self):
        """Return in how many ms the next task is due, after a look at the streams."""
        if core._io_queue.map:
            core._io_queue.wait_io_event(0)
        task = core._task_queue.peek()
        return time.ticks_diff(task.ph_key, time.ticks_ms()) if task else _IDLE_MS


class _Stop:
    """Coroutine that is at its end."""

    def send(self, value):
        raise StopIteration

    throw = send


class Job:
    """Coroutine of a background program: each of its steps runs as its own process."""

    def __init__(self, proc, coroutine, streams):
        self.proc = proc
        self.coroutine = coroutine
        self.streams = streams
        self.out = streams[1] or Lines()
        self.fields = turns.fresh(proc)

    def send(self, value):
        return self._step(self.coroutine.send, value)

    def throw(self, exc):
        return self._step(self.coroutine.throw, exc)

    def _step(self, call, value):
        outer = turns.begin(self.fields)
        before = _upyos.redirect(self.out)
        _upyos.hold(True)
        done = True
        try:
            result = call(value)
            done = False
            return result
        except StopIteration:
            raise
        # barrier: whatever a program raises ends that program only
        except BaseException as exc:
            if not isinstance(exc, asyncio.CancelledError):
                failure.status(self.proc, exc)
            raise StopIteration
        finally:
            _upyos.redirect(before)
            self.fields = turns.fields()
            if done:
                self._end()
            turns.end(outer)
            _upyos.hold(False)

    def _end(self):
        """Report the end of the job; the last one takes the driver with it."""
        jobs.ended(self.proc, self.streams)
        Driver.tasks -= 1
        if Driver.tasks == 0:
            upyos_port.timer(0, None)
            state.loop = None


class Lines(io.IOBase):
    """Output of a job: to the terminal; while a line is edited above it, in whole lines."""

    def __init__(self):
        self.kept = b""

    def write(self, data):
        if state.parted:
            return len(data)
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
