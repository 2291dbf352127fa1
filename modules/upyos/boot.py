# SPDX-License-Identifier: MIT
"""Start-up, in the order of behaviour contract 1. Nothing here keeps the prompt from appearing."""

import builtins
import os
import sys
import time

import _upyos
import kernel
import sdata
import upyos_port
from micropython import const
from upyos import config, console, control, process, state

_TRIES = const(3)
# Directories that are made when missing; a parent stands before its children.
_DIRECTORIES = "bin etc etc/boards lib libx local local/bin opt tmp var www"


def start(options):
    """Start the system, run the prompt, and return when the user leaves it."""
    _upyos.tty(True)
    kernel.stop = False
    builtins.input = console.input
    starts = upyos_port.boot_count() + 1
    upyos_port.set_boot_count(starts)
    reason = state.recovery
    if "-r" in options:
        reason = "asked for"
    elif starts > _TRIES:
        reason = "%d starts did not reach the prompt" % _TRIES
    try:
        reason = _prepare() or reason
    # barrier: boot; a damaged file system must not keep the prompt away
    except Exception as exc:
        reason = "%s: %s" % (type(exc).__name__, exc)
        config.use_defaults()
    _enter(reason)
    upyos_port.set_boot_count(0)
    console.write("\nType help for the commands.\n")
    _prompt()


def _prepare():
    """Set up data, directories and files; return the reason for recovery, or None."""
    console.write("\x1b[2J\x1b[H")
    _identify()
    control.print_msg("%s %s" % (sdata.name, sdata.version))
    make_directories()
    config.start()
    if config.is_absent("/etc/init.sh"):
        return "/etc/init.sh is absent"
    return None


def _identify():
    """Fill in what sdata says about this system."""
    from upyos import index

    sdata.name = "upyOS-" + sys.platform
    sdata.version = index.VERSION
    sdata.initime = time.time()
    sdata.sid = upyos_port.unique_id().hex().upper()
    sdata.upyos = kernel


def make_directories():
    """Make the directories of the tree that are missing; a power cut leaves the rest for the next start."""
    if state.recovery:
        # The RAM disk has room for little more than a start script.
        wanted = ("etc", "tmp")
    else:
        wanted = _DIRECTORIES.split()
    there = {}
    for name in wanted:
        parent = name.partition("/")[0] if "/" in name else ""
        if parent not in there:
            there[parent] = os.listdir("/" + parent)
        if name.rpartition("/")[2] not in there[parent]:
            os.mkdir("/" + name)


def _enter(reason):
    """Run init.sh, or say why not."""
    if reason:
        return _recover(reason)
    control.print_msg("Normal mode")
    from upyos import script

    try:
        _upyos.tty(False)
        script.run("/etc/init.sh", [])
    except KeyboardInterrupt:
        console.error("init.sh: ended")
    # barrier: boot; a start script cannot keep the prompt away
    except Exception as exc:
        console.error("init.sh: %s: %s" % (type(exc).__name__, exc))
    _upyos.tty(True)


def _recover(reason):
    """Say why recovery was entered and what can be done."""
    control.print_msg("Recovery mode")
    sdata.debug = True
    console.write("Reason: " + reason + "\n")
    console.write("reset             try again\n")
    if state.recovery:
        console.write("> utls.format_fs(True)   format the flash: all files are lost\n")
    else:
        console.write("vi /etc/init.sh   mend the start script\n")


def _prompt():
    """Show the prompt until the user leaves it."""
    from upyos import shell

    process.forget()
    shell.loop()
