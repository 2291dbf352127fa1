# SPDX-License-Identifier: MIT
"""What jobs of all kinds share: their process, their beginning and their end."""

from upyos import console, loader, process, state


def new_proc(cmd, args, ext):
    """Return a process for the background, not yet in the table."""
    proc = process.Proc()
    proc.cmd = cmd[:-3] if cmd.endswith(".py") else cmd
    proc.args = args
    proc.ext = ext
    proc.isthr = True
    return proc


def begun(proc):
    """Put a started job into the table and say its pid; return status 0."""
    process.attach(proc, False)
    state.last_job = proc.pid
    console.error("[%d]" % proc.pid)
    return 0


def ended(proc, streams, kept):
    """Take a job from the table, hand over its output, say that it is done.

    kept is what the system knows of it: pid, path, module. The program may have changed the rest.
    """
    state.procs.pop(kept[0], None)
    try:
        line = " ".join([proc.cmd] + proc.args)
    except (TypeError, AttributeError):
        from upyos.lib import signal

        line = signal.line(proc)
    try:
        if kept[2] and not proc.rmmod:
            loader.keep(kept[1], kept[2])
        streams.finish()
        streams.close()
    # barrier: whatever a program left in its process and its streams
    except BaseException as exc:
        from upyos.lib.reasons import reason

        console.error("%s: %s" % (line.split(" ")[0], reason(exc)))
    if not state.parted and not streams.silent:
        console.error("[%d]+ Done  %s" % (kept[0], line))
