# SPDX-License-Identifier: MIT
"""Start-up, in the order of behaviour contract 1. Nothing here keeps the prompt from appearing."""

import gc
import os
import sys

import _upyos
import kernel
import sdata
import upyos_port
from micropython import const
from upyos import console, lookup, state
from upyos.settings import config, identity
from upyos.terminal import banner

_TRIES = const(3)
_DIRECTORIES = const(("bin", "etc", "lib", "libx", "local", "opt", "tmp", "var", "www"))


def start(options):
    """Start the system, up to the prompt."""
    _upyos.tty(True)
    kernel.stop = False
    _upyos.mend(console.input, sys.modules["upyos"], kernel, sdata)
    starts = upyos_port.boot_count() + 1
    upyos_port.set_boot_count(starts)
    reason = None
    if state.recovery:
        from upyos.lib import reasons

        reason = "the flash cannot be mounted: " + reasons.reason(state.recovery[0])
    if "-r" in options:
        reason = "asked for"
    elif starts > _TRIES:
        reason = "%d starts did not keep the prompt" % _TRIES
    files = {}
    try:
        files, missing = _prepare()
        reason = reason or missing
    # barrier: boot; a damaged file system must not keep the prompt away
    except Exception as exc:
        from upyos.programs import failure

        reason = failure.line(exc)
        config.use_defaults()
    _enter(reason)
    if reason:
        # Nothing was started.
        upyos_port.set_boot_count(0)
    else:
        _upyos.started()
    if "upgrade.trial" in files:
        from upyos.start import upgraded

        upgraded.begin(bool(reason))
    console.write("\nType help for the commands.\n")


def _prepare():
    """Set up data, directories and files.

    Returns the files of /etc, and the reason for recovery or None.
    """
    console.write("\x1b[2J\x1b[H")
    identity.fill()
    banner.show("%s %s" % (sdata.name, sdata.version))
    files = _tree()
    if "upgrade.do" in files:
        from upyos.start import upgraded

        upgraded.finish()
    # What is read now stays, in the place of what is not needed any more.
    gc.collect()
    return files, None if config.start(files) else "/etc/init.sh is absent"


def _tree():
    """Make the directories that are missing; return the files of /etc, {name: bytes}.

    A power cut leaves the rest for the next start.
    """
    # The RAM disk of recovery has room for little more than a start script.
    _make("/", ("etc", "tmp") if state.recovery else _DIRECTORIES, os.listdir("/"))
    files = {entry[0]: entry[3] for entry in os.ilistdir("/etc")}
    if not state.recovery:
        _make("/etc/", ("boards",), files)
        try:
            lookup.learn("/local/bin")
        except OSError:
            os.mkdir("/local/bin")
    return files


def _make(parent, names, there):
    for name in names:
        if name not in there:
            os.mkdir(parent + name)


def _enter(reason):
    """Run init.sh, or say why not."""
    if reason:
        return _recover(reason)
    banner.show("Normal mode")
    from upyos.grammar import script

    try:
        _upyos.tty(False)
        script.run("/etc/init.sh", [])
    except KeyboardInterrupt:
        console.error("init.sh: ended")
    # barrier: boot; a start script cannot keep the prompt away
    except Exception as exc:
        from upyos.programs import failure

        console.error("init.sh: " + failure.line(exc))
    _upyos.tty(True)


def _recover(reason):
    """Say why recovery was entered and what can be done."""
    banner.show("Recovery mode")
    sdata.debug = True
    console.write("Reason: " + reason + "\n")
    console.write("reset             try again\n")
    if state.recovery:
        console.write("mount -r          read at /mnt what can be read, to save it\n")
        console.write("> utls.format_fs(True)   format the flash: all files are lost\n")
    else:
        console.write("vi /etc/init.sh   mend the start script\n")
    # A service, so it is loaded as a program is.
    _upyos.load("upyos/svc/recovery.py", "recovery").start()
