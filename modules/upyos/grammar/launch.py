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
        from upyos.grammar import script

        return script.run(target, args)
    from upyos.programs import manual

    console.error(
        cmd + ": " + ("not a program" if kind == lookup.NOT_PROGRAM else manual.absent(cmd))
    )
    return kind if kind >= lookup.NOT_PROGRAM else 1


def call(function, words):
    """Call a function of user_commands for a command line of these words; return the status."""
    try:
        return process.status_of(function(*words[1:]))
    # barrier: whatever a user's function raises ends that command only
    except BaseException as exc:
        from upyos.programs import failure

        proc = process.Proc()
        proc.cmd = words[0]
        return failure.status(proc, exc)


def run_async(coroutine):
    """Run a coroutine in the foreground until it ends; background tasks go on with it."""
    if state.turn is None:
        return _run_async(coroutine)
    from upyos.jobs import turns

    return turns.without(_run_async, coroutine)


def _run_async(coroutine):
    import asyncio
    from asyncio import core

    outer = core.cur_task
    try:
        return asyncio.run(coroutine)
    finally:
        # Ctrl-C leaves the loop in the middle: tell the background driver that it is free again.
        core.cur_task = outer
        if outer is None:
            asyncio.new_event_loop()
