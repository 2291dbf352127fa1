# SPDX-License-Identifier: MIT
"""The calls of the kernel object that are made now and then."""

import time

import kernel
import sdata
from micropython import const
from upyos import console, process, state
from upyos.terminal import banner

_STOP_WAIT_MS = const(3000)


def print_msg(text):
    """Print a banner."""
    banner.show(text)


def run_py_code(text):
    """Execute text in the session's name space; return the status."""
    from upyos.grammar import pyline

    return pyline.execute(text)


def killall(part=""):
    """Ask all processes but the caller whose command contains part to stop; return how many."""
    me = process.current()
    count = 0
    for proc in list(sdata.procs):
        if proc is not me and type(proc.cmd) is str and part in proc.cmd:
            proc.sts = "S"
            count += 1
    return count


def loadconfig(path="/etc/system.conf"):
    """Replace sdata.sysconfig by the file; return False, with an error line, if it cannot."""
    from upyos.settings import config

    return _reported("loadconfig", path, config.load)


def loadboard(path=""):
    """Replace sdata.board by the file, else the configured one; return False if it cannot."""
    from upyos.settings import board

    return _reported("loadboard", path or sdata.sysconfig["board"], board.replace)


def _reported(command, path, load):
    """Return True if load(path) worked; report why not."""
    try:
        load(path)
        return True
    except (OSError, ValueError) as exc:
        from upyos.lib.reasons import reason

        console.error("%s: %s: %s" % (command, path, reason(exc)))
    return False


def exit(mod=""):
    """Shut the system down; f in mod asks nothing, r resets the board. Returns the status."""
    for proc in list(sdata.procs):
        if proc.tid < -1 and "f" not in mod and not hasattr(proc, "told"):
            # Held in the foreground: said once.
            proc.told = True
            console.error("There are stopped jobs.")
            return 1
    if "f" not in mod and not sdata.debug and not _confirmed():
        return 1
    kernel.stop = True
    _run_end_script()
    _stop_processes()
    save_history()
    banner.show("Shutdown")
    if "r" in mod:
        import upyos_port

        upyos_port.reset()
    return 0


def save_history():
    """Write the lines typed to /var/history. A power cut leaves it with all of them or none."""
    from upyos.line import history

    history.save()


def _confirmed():
    try:
        return console.ask("Exit upyOS Y/[N] : ")
    except KeyboardInterrupt:
        console.write("\n")
        return False


def _run_end_script():
    from upyos import lookup

    if lookup.in_directory("/etc", "end.sh"):
        from upyos.grammar import script

        try:
            script.run("/etc/end.sh", [])
        except KeyboardInterrupt:
            console.error("end.sh: ended")


def _stop_processes():
    """Mark all processes S, wait up to 3 s for them to end, name those that are left."""
    me = process.current()
    for proc in list(sdata.procs):
        proc.sts = "S"
    start_ms = time.ticks_ms()
    left = True
    while left and time.ticks_diff(time.ticks_ms(), start_ms) < _STOP_WAIT_MS:
        if state.loop:
            state.loop.step()
        left = [proc for proc in list(sdata.procs) if proc is not me and proc.tid >= -1]
        if left:
            time.sleep_ms(20)
    for proc in left or ():
        console.error("still running: %s %s" % (proc.pid, proc.cmd))
