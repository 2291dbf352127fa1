# SPDX-License-Identifier: MIT
"""The rarer ways to run something: Proc().run, async programs in the foreground, user_commands."""

from upyos import console, lookup, process, state


def run(proc, isthr, ext, cmd, args):
    """Run a command synchronously as proc; return its status. See process.Proc.run."""
    proc.isthr = isthr
    proc.ext = ext
    proc.cmd = cmd
    proc.args = args
    kind, target = lookup.find(cmd + "." + ext if ext else cmd)
    if kind == lookup.PROGRAM:
        return process.execute(proc, target)
    if kind == lookup.SCRIPT:
        from upyos import script

        return script.run(target, args)
    from upyos import manual

    console.error(
        cmd + ": " + ("not a program" if kind == lookup.NOT_PROGRAM else manual.absent(cmd))
    )
    return kind if kind >= lookup.NOT_PROGRAM else 1


def call(function, words):
    """Call a function of user_commands for a command line of these words; return the status."""
    try:
        try:
            if state.turn:
                from upyos import turns

                return process.status_of(turns.without(function, *words[1:]))
            return process.status_of(function(*words[1:]))
        finally:
            process.mend("/")
    # barrier: whatever a user's function raises ends that command only
    except BaseException as exc:
        from upyos import failure

        proc = process.Proc()
        proc.cmd = words[0]
        return failure.status(proc, exc)


class Main:
    """The coroutine of a program; or a generator, which nothing would wake after its yield."""

    def __init__(self, coroutine, core):
        self.coroutine = coroutine
        self.core = core

    def send(self, value):
        """Take the first step, in which a generator shows itself; those after it are its own."""
        self.send = self.coroutine.send
        self.throw = self.coroutine.throw
        task = self.core.cur_task
        task.data = state.NONE
        try:
            result = self.send(value)
            if task.data is state.NONE:
                raise TypeError("yield without await: not a coroutine")
            return result
        finally:
            if task.data is state.NONE:
                task.data = None

    def throw(self, exc):
        return self.coroutine.throw(exc)

    def close(self):
        self.coroutine.close()


def run_async(coroutine):
    """Run a coroutine in the foreground until it ends; background tasks go on with it."""
    if state.turn is None:
        return _run_async(coroutine)
    from upyos import turns

    return turns.without(_run_async, coroutine)


def _run_async(coroutine):
    import asyncio
    from asyncio import core

    outer = core.cur_task
    try:
        return asyncio.run(Main(coroutine, core))
    finally:
        # Ctrl-C leaves the loop in the middle: tell the background driver that it is free again.
        core.cur_task = outer
        if outer is None:
            asyncio.new_event_loop()
