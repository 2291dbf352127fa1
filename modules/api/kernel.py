# SPDX-License-Identifier: MIT
"""The kernel object, sdata.upyos (behaviour contract 8.3)."""

from upyos import executor, state

# True once shut-down began.
stop = False


def run_cmd(line):
    """Run one command line; return its status. Raises nothing but KeyboardInterrupt."""
    if state.turn:
        return state.turn.taken(executor.run_line, line)
    return executor.run_line(line)


def upyOS(options=""):
    """Start the system; "-r" starts it in recovery mode. Returns after `exit`."""
    # First what stays: the start's garbage above it is freed in one piece.
    from upyos import loader, shell
    from upyos.start import boot

    boot.start(options)
    # What only the start needs does not stay in memory while the prompt runs.
    del boot
    loader.forget()
    shell.loop()
    import sys

    if sys.platform == "esp8266":
        from upyos.settings import watchdog

        watchdog.part()
    if (state.loop or state.turn) and not stop:
        # The raw REPL gets the terminal.
        import upyos_port

        state.parted = True
        upyos_port.timer(0, None)


def __getattr__(name):
    # Calls that are not made every day are loaded when they are made.
    if name == "user_commands":
        commands = globals()[name] = {}
        return commands
    from upyos.start import control

    return getattr(control, name)
