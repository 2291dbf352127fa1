# SPDX-License-Identifier: MIT
"""Variables: those of the environment, and the digits and states of a running line."""

import sdata

from upyos import lexer, state


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
        from upyos.grammar.frame import Frame

        state.frame = Frame("", [])
    frame = state.frame
    if name == "0":
        frame.zero = value
        return True
    frame.args.extend([""] * (int(name) - len(frame.args)))
    frame.args[int(name) - 1] = value
    return True
