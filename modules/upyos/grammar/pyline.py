# SPDX-License-Identifier: MIT
"""Python lines: `> CODE` and `< ARGS`."""

import os
import sys

import sdata
from micropython import const
from upyos import executor, lexer, loader, state, variables
from upyos.lib.codes import _INTERRUPTED

_NAMES = const(("sdata", "utls", "proc", "sys", "os", "time", "gc", "machine"))


def line(text):
    """Run a Python line, its sign in front; return the status."""
    code = text[1:].strip()
    return show(code) if text[0] == "<" else execute(code)


def execute(code):
    """Execute the text of a `>` line in the session's names; return the status."""
    return _run(code, False)


def show(args):
    """Print the arguments of a `<` line; return the status."""
    return _run(args, True)


def session(code):
    """Return the session's names, with those modules that the code names."""
    names = state.session
    if names is None:
        names = state.session = {"__name__": "__main__"}
    for name in _NAMES:
        if name in code and name not in names:
            try:
                names[name] = __import__(name)
            except ImportError:
                # The port has no machine.
                continue
    return names


def _run(code, show_it):
    try:
        code = translate(code)
        if show_it:
            # On its own line the bracket is no part of a comment.
            code = "print(" + code + "\n)"
        try:
            names = session(code)
            if state.turn:
                state.turn.without(exec, code, names)
            else:
                exec(code, names)
        finally:
            # Only cd changes the directory.
            loader.mend("upyos/" if os.getcwd() == state.cwd else "/")
        return 0
    except KeyboardInterrupt:
        executor.report("ended")
        return _INTERRUPTED
    except SystemExit as e:
        return e.args[0] if e.args and type(e.args[0]) is int else 0
    # barrier: whatever a Python line raises ends that line only
    except BaseException as e:
        from upyos.programs import failure

        if failure.is_of_output(e):
            state.broken = e
            return 1
        executor.report(failure.line(e))
        if sdata.debug:
            sys.print_exception(e)
        return 1


def translate(code):
    """Replace, outside string literals, $name by its repr and a typed \\n by a line break."""
    if "$" not in code and "\\n" not in code:
        return code
    out = []
    at = 0
    while at < len(code):
        c = code[at]
        if c == "'" or c == '"':
            end = _literal_end(code, at)
            out.append(code[at:end])
        elif c == "#":
            end = code.find("\\n", at)
            end = len(code) if end < 0 else end
            out.append(code[at:end])
        elif c == "\\" and code[at + 1 : at + 2] == "n":
            out.append("\n")
            end = at + 2
        elif c == "$":
            parts = [""]
            end = _variable(code, at, parts)
            out.append(_value(parts[1]) if len(parts) > 1 else "$")
        else:
            end = at + 1
            out.append(c)
        at = end
    return "".join(out)


def _variable(code, at, parts):
    """Read $name, ${name} or a lone $; return the index after it."""
    end = lexer.variable(code, at, parts)
    if end < 0 and code[at + 1] == "{":
        raise SyntaxError("column %d: ${ without a name and }" % (at + 1))
    return end if end >= 0 else at + 1


def _value(name):
    value = variables.get(name)
    return repr(list(value)) if name == "@" else repr(value)


def _literal_end(code, at):
    """Return the index after the string literal that begins at `at`."""
    quote = code[at]
    if code[at : at + 3] == quote * 3:
        quote = quote * 3
    end = at + len(quote)
    while end < len(code):
        if code[end] == "\\":
            end += 2
        elif code[end : end + len(quote)] == quote:
            return end + len(quote)
        else:
            end += 1
    return end
