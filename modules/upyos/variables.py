# SPDX-License-Identifier: MIT
"""Variables: those of the environment, and the digits and states of a running line."""

import sdata

from upyos import lexer, state


class Frame:
    """What belongs to one running script, or to the session: digits, place, where it goes on."""

    # A script's `set -e`; its standard input; how deep scripts are nested.
    errexit = False
    stdin = None
    depth = 0
    # How many of these calls of script.run are on the C stack.
    nested = 0
    line_no = 0
    # How many blocks of the session are running; how deep functions are nested.
    blocks = 0
    calls = 0
    # How many parts of the script run in each other that are levels of their own.
    parts = 0
    # Whether `exit` ended the function.
    exits = False
    # (word, operand) of a control word that has not been obeyed yet, or a script or a function to
    # run first, [ENTER, path, args, stdin, calls]: the calls finish the line afterwards, innermost
    # first, `call[0](status, *call[1:])` gives the next one's status.
    control = None

    def __init__(self, path, args):
        self.path = path
        self.args = args
        self.zero = path


def get(name):
    """Return the value of a variable, in its own type, or ""."""
    if len(name) > 1 or name not in "?!#*@0123456789":
        value = sdata.sysconfig["env"].get(name, "")
        if value == "":
            return "/" if name == "HOME" else state.cwd if name == "PWD" else value
        return value
    if state.turn and not state.turn.is_mine():
        return state.turn.inside(get, name)
    if name == "?":
        return state.status
    if name == "!":
        return state.last_job or ""
    frame = state.frame
    args = frame.args if frame is not None else ()
    if name == "#":
        return len(args)
    if name == "@":
        return args
    if name == "*":
        return " ".join([str(a) for a in args])
    if name == "0":
        return frame.zero if frame is not None else ""
    return args[int(name) - 1] if int(name) <= len(args) else ""


def assign(name, value):
    """Set a variable, of the running script if it is a digit; False if it cannot be set."""
    if name in ("?", "!", "#", "@", "*") or not lexer.legal(name):
        return False
    if not name.isdigit():
        sdata.sysconfig["env"][name] = value
        return True
    if state.turn and not state.turn.is_mine():
        return state.turn.inside(assign, name, value)
    if state.frame is None:
        state.frame = Frame("", [])
    frame = state.frame
    if name == "0":
        frame.zero = value
        return True
    frame.args.extend([""] * (int(name) - len(frame.args)))
    frame.args[int(name) - 1] = value
    return True
