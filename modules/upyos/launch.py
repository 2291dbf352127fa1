# SPDX-License-Identifier: MIT
"""The rarer ways to run a program: Proc().run, and async programs in the foreground."""

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
        return asyncio.run(coroutine)
    finally:
        # Ctrl-C leaves the loop in the middle: tell the background driver that it is free again.
        core.cur_task = outer
        if outer is None:
            asyncio.new_event_loop()
