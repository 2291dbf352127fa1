# SPDX-License-Identifier: MIT
"""The rarer ways to run something: Proc().run, user_commands."""

from upyos import console, loader, lookup, process, state
from upyos.lib.codes import _NOT_PROGRAM, _PROGRAM, _SCRIPT


def run(proc, isthr, ext, cmd, args):
    """Run a command synchronously as proc; return its status. See executor."""
    proc.isthr = isthr
    proc.ext = ext
    proc.cmd = cmd
    proc.args = args
    kind, target = lookup.find(cmd + "." + ext if ext else cmd)
    if kind == _PROGRAM:
        return loader.execute(proc, target)
    if kind == _SCRIPT:
        from upyos.grammar import script

        return script.run(target, args)
    from upyos.programs import absent

    console.error(cmd + ": " + ("not a program" if kind == _NOT_PROGRAM else absent.why(cmd)))
    return kind if kind >= _NOT_PROGRAM else 1


def call(function, words):
    """Call a function of user_commands for a command line of these words; return the status."""
    try:
        try:
            turn = state.turn
            result = turn.without(function, *words[1:]) if turn else function(*words[1:])
            return process.status_of(result)
        finally:
            loader.mend("/")
    # barrier: whatever a user's function raises ends that command only
    except BaseException as exc:
        from upyos.programs import failure

        proc = process.Proc()
        proc.cmd = words[0]
        return failure.status(proc, exc)
