# SPDX-License-Identifier: MIT
"""asyncio while there are background jobs: one loop, on the main thread, whoever uses it.

A coroutine that a job starts belongs to the job. A thread that calls asyncio.run hands its
coroutine over to the main thread and waits. What a program leaves in the loop goes with it.
"""

import asyncio
import time
from asyncio import core

import _upyos
from micropython import const
from upyos import state
from upyos.jobs import tasks

_POLL_MS = const(10)
# The longest wait of a program's own loop: a thread may hand something over meanwhile.
_LONGEST_MS = const(50)

_create_task = core.create_task
_run_until_complete = core.run_until_complete
_wait_io_event = core.IOQueue.wait_io_event
# Ctrl-C and Ctrl-Z, by _wait().
_puts_off = False


def install():
    """Put the functions below in the place of asyncio's, for as long as it stays loaded."""
    if core.run is not run:
        for function in (run, run_until_complete, create_task, new_event_loop):
            setattr(core, function.__name__, function)
            setattr(asyncio, function.__name__, function)
        core._io_queue.wait_io_event = _wait
    if state.loop:
        tasks.drive()


def _wait(wait_ms):
    """As asyncio's, but no longer than a while; without an end, until a task is due.

    A part of a job that is due leaves the queue next: it is in none until its step has begun, and
    what waits for it is not told until it has ended. From here to the next wait neither Ctrl-C nor
    Ctrl-Z comes in between.
    """
    global _puts_off
    _let_go()
    queue = core._task_queue
    if wait_ms >= 0:
        _wait_io_event(core._io_queue, min(wait_ms, _LONGEST_MS))
    else:
        while not queue.peek():
            _wait_io_event(core._io_queue, _LONGEST_MS)
    task = queue.peek()
    if wait_ms <= 0 and task and isinstance(task.coro, tasks.Part) and _is_program():
        _upyos.hold(True)
        _puts_off = True


def _let_go():
    """Have come what _wait() put off."""
    global _puts_off
    if _puts_off and _is_program():
        _puts_off = False
        _upyos.hold(False)


def _is_program():
    """Tell whether the loop is that of the program in the foreground, not the system's, nor one
    that a step of a job runs: there all is put off as it is."""
    driver = state.loop
    return tasks.Part.current is None and not (isinstance(driver, tasks.Driver) and driver.running)


def _on_main():
    return state.turn is None or state.turn.ident() == 0


def run(coro):
    """As asyncio.run."""
    return run_until_complete(None, coro) if _on_main() else Visit().run(coro)


def run_until_complete(task=None, coro=None):
    """As asyncio's; afterwards, however it ended, the loop that was there before goes on.

    coro: of a task that is made here.
    """
    if not _on_main():
        _wait_until(task.done)
        return _result(task.data)
    outer = core.cur_task
    # From here on no tick runs the loop. Before, it may have run the task to its end.
    core.cur_task = True
    try:
        if coro is not None:
            task = create_task(coro)
        if task and task.done():
            # what it raised is not reported, too
            iter(task)
            return _result(task.data)
        return _run_until_complete(task)
    finally:
        core.cur_task = outer
        _let_go()


def create_task(coro):
    """As asyncio's; what a job starts is a part of the job."""
    if not _on_main():
        return _create_task(tasks.Part(Visit(), coro))
    part = tasks.Part.current
    return _create_task(tasks.Part(part.job, coro) if part else coro)


def new_event_loop():
    """As asyncio's, but the parts of jobs stay."""
    aside()
    return core.Loop


def aside():
    """Take all but the parts of jobs out of the loop; return it for back().

    No tick meanwhile, and no Ctrl-C: tasks are in no queue then, and would be lost.
    """
    _upyos.hold(True)
    try:
        return _upyos.step(_aside)
    finally:
        _upyos.hold(False)


def _aside():
    queue = core._task_queue
    kept = []
    left = []
    while queue.peek():
        task = queue.pop()
        (kept if _stays(task) else left).append((task, task.data, None))
    back(kept)
    for entry in list(core._io_queue.map.values()):
        for i in range(2):
            task = entry[i]
            if task and not _stays(task):
                core._io_queue.remove(task)
                left.append((task, i, entry[2]))
    return left


def back(left):
    """Put tasks into the loop again."""
    for task, data, stream in left:
        if stream is None:
            core._task_queue.push(task, task.ph_key)
            task.data = data
        else:
            core.cur_task = task
            core._io_queue._enqueue(stream, data)


def apart(call, *args):
    """Call while nothing but the parts of jobs is in the loop; return the result."""
    install()
    task = core.cur_task
    left = aside()
    core.cur_task = None
    try:
        return call(*args)
    finally:
        # Ctrl-C would lose tasks
        _upyos.hold(True)
        try:
            back(left)
        finally:
            core.cur_task = task
            _upyos.hold(False)


def _stays(task):
    return isinstance(task.coro, (tasks.Part, tasks.Stop))


def _wait_until(ended):
    """Let the main thread run the loop until ended() is true."""
    tasks.more()
    try:
        while not ended():
            time.sleep_ms(_POLL_MS)
    finally:
        tasks.less()


def _result(exc):
    """Return what a coroutine that ended by exc returned, or raise exc."""
    if isinstance(exc, StopIteration):
        return exc.value
    raise exc


# The last name here: jobs.listener looks for it, to see whether all is loaded.
class Visit:
    """What stands for the job of a thread on the main thread."""

    over = False
    outcome = None

    def __init__(self):
        self.proc = state.turn.current()
        self.out = _upyos.redirect(None)
        _upyos.redirect(self.out)

    def run(self, coro):
        """Have the coroutine run by the main thread; return its result."""
        _create_task(tasks.Part(self, coro, True))
        try:
            _wait_until(lambda: self.over)
        finally:
            self.over = True
        return _result(self.outcome)

    def left(self, exc):
        """Note how the coroutine ended."""
        self.outcome = exc
        self.over = True

    def end(self):
        """Do nothing: the thread goes on."""
