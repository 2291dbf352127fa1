# SPDX-License-Identifier: MIT
"""The kernel object, sdata.upyos (behaviour contract 8.3)."""

from upyos.executor import run_line as run_cmd

# True once shut-down began.
stop = False


def upyOS(options=""):
    """Start the system; "-r" starts it in recovery mode. Returns after `exit`."""
    from upyos import boot

    boot.start(options)


def __getattr__(name):
    # Calls that are not made every day are loaded when they are made.
    if name == "user_commands":
        commands = globals()[name] = {}
        return commands
    from upyos import control

    return getattr(control, name)
