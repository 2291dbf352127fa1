# SPDX-License-Identifier: MIT
"""What jobs of all kinds share: their process, their beginning and their end."""

import sdata
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
    sdata.procs.append(proc)
    state.last_job = proc.pid
    console.error("[%d]" % proc.pid)
    return 0


def ended(proc, streams):
    """Take a job from the table, hand over its output, say that it is done."""
    process.remove(proc)
    if not proc.rmmod:
        loader.keep(proc, proc.module)
    try:
        streams.finish()
        streams.close()
    except (OSError, ValueError, MemoryError) as exc:
        from upyos.lib.reasons import reason

        console.error(proc.cmd + ": " + reason(exc))
    if state.parted:
        return
    line = " ".join([proc.cmd] + [str(arg) for arg in proc.args])
    console.error("[%d]+ Done  %s" % (proc.pid, line))
