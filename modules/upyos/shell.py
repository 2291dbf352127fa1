# SPDX-License-Identifier: MIT
"""The prompt."""

import gc
import os
import sys

import _upyos
import sdata

from upyos import console, executor, lexer, lineedit, loader, state
from upyos.lib.codes import _FAILED, _INTERRUPTED


def loop(held=()):
    """Read lines and run them; return after `exit`, or when the raw REPL is wanted.

    held: the processes of a program that is held below, see jobs.held. Returns the status that
    one of them was given.
    """
    failed = None
    _upyos.hold(True)
    try:
        while True:
            try:
                try:
                    # Ctrl-C is raised at a branch: in here, not at those of this loop, for then
                    # it would end the system. None: whatever did not let go of it before.
                    _upyos.hold(None)
                    if failed:
                        line, failed = failed, None
                        _report(line)
                    for proc in held:
                        if proc.sts != "H":
                            return proc.sts
                    if not held and len(sys.modules) != state.modules:
                        # No tick meanwhile: a peer would be accepted by what is being dropped.
                        _upyos.step(loader.forget)
                    if state.key:
                        # What a job has broken meanwhile.
                        loader.mend("upyos/")
                    if sdata.upyos.stop:
                        return
                    _upyos.tty(True)
                    line = lineedit.read(_prompt())
                    if "upyos.jobs.output" in sys.modules:
                        # No tick meanwhile: a job would go on with what is being shown.
                        _upyos.step(sys.modules["upyos.jobs.output"].show_kept)
                    if line is None:
                        if not held and _upyos.raw_repl():
                            return
                        from upyos.grammar import raw_repl

                        raw_repl.run()
                    elif line and not line.isspace():
                        line = _completed(line)
                        _upyos.tty(False)
                        executor.run_line(line, _more)
                finally:
                    _upyos.hold(True)
            except EOFError:
                console.write("Type exit to leave.\n")
            except KeyboardInterrupt:
                state.status = _INTERRUPTED
            # barrier: the prompt comes back whatever a line raises
            except BaseException as exc:
                failed = exc
    finally:
        _upyos.hold(False)


def _report(exc):
    """Show an exception that nothing else took; `$?` is 1."""
    gc.collect()
    loader.mend("upyos/")
    state.status = _FAILED
    if isinstance(exc, MemoryError):
        console.error("out of memory")
    else:
        from upyos.programs import failure

        console.error(failure.line(exc))
    if sdata.debug:
        sys.print_exception(exc)


def _prompt():
    try:
        return os.getcwd() + " $: "
    except OSError:
        # The directory is gone.
        return "? $: "


def _completed(line):
    """Return a line with those that continue it; it is in the history then.

    One that sets a password is not: setauth with more than a user.
    """
    while lexer.continues(line):
        line = line[:-1] + (lineedit.read("> ") or "")
    if line[:1] == "!":
        from upyos.line import recall

        line = recall.expanded(line)
    if line and len(line.partition("setauth")[2].split()) < 2:
        lineedit.remember(line)
    return line


def _more():
    """Return a further line of a block that is not complete."""
    _upyos.tty(True)
    line = _completed(lineedit.read("> ") or "")
    _upyos.tty(False)
    return line
