# SPDX-License-Identifier: MIT
"""Run parsed lines: lists, pipelines, redirection, statuses, variables.

Every call level costs 240 bytes of C stack on the board, so the way from a line to its program is
kept short: run_line, run, dispatch, process.run.
"""

import _upyos
import sdata
from micropython import const

from upyos import console, lexer, lookup, process, state

# As in lexer.
_AMP = const(2)
_OUT = const(6)
_APPEND = const(7)
_IN = const(8)
_PYTHON = const(9)

_INTERRUPTED = const(130)
# As in script.
_ENTER = const("enter")
_KEYWORDS = ("if", "while", "for", "elif", "else", "fi", "done")

# What commands of a running script are: word, (kind, target); and since which change of the files
# and with which path. Empty at the prompt.
found = {}
_FOUND_MOST = const(16)
_SH = "upyos/bin/shell/sh.py"


class Frame:
    """What belongs to one running script, or to the session: digits, place, where it goes on."""

    # A script's `set -e`; its standard input; how deep scripts are nested.
    errexit = False
    stdin = None
    depth = 0
    # How many of these calls of script.run are on the C stack.
    nested = 0
    line_no = 0
    # How many blocks of the session are running.
    blocks = 0
    # (word, operand) of a control word that has not been obeyed yet, or a script to run first,
    # [ENTER, path, args, stdin, calls]: the calls finish the line afterwards, innermost first,
    # `call[0](status, *call[1:])` gives the next one's status.
    control = None

    def __init__(self, path, args):
        self.path = path
        self.args = args
        self.zero = path


def run_line(line, more=None):
    """Run one command line; return its status. `more()` gives the lines that complete a block."""
    try:
        program = lexer.parse(line)
    except SyntaxError as e:
        report("syntax error: " + str(e))
        state.status = 2
        return 2
    if not program:
        return state.status
    if is_statement(program):
        from upyos import session

        return session.run(program, more)
    return run(program)


def is_statement(program):
    """Tell whether a command of the program begins with a keyword of blocks."""
    for i in range(0, len(program), 2):
        if program[i][0] in _KEYWORDS:
            return True
    return False


def run(program, condition=False, flat=False):
    """Run a parsed program; return its status, which is `$?` as well.

    As a condition its commands do not print their typed results. Stops early after Ctrl-C and
    when the frame's control says that the script goes on elsewhere; flat: that is also how it
    runs another script.
    """
    if state.aliases:
        from upyos import builtins

        program = builtins.replace_aliases(program)
    if len(program) > 2 or program[1] == _AMP:
        from upyos import lists

        return lists.run(program, condition, flat)
    words = program[0]
    if type(words) is list:
        status = dispatch(words, None, condition, False, flat)
    else:
        status = command(words, None, condition, flat)
    state.status = status
    if status and not condition:
        stops(status, condition)
    return status


def call(words, stdin=None):
    """Run one simple command that is already expanded; return its status."""
    state.status = status = command(list(words), stdin)
    return status


def report(message):
    """Write an error of the shell, with file and line inside a script."""
    frame = state.frame
    if frame is not None and frame.path:
        message = "%s:%d: %s" % (frame.path, frame.line_no, message)
    console.error(message)


def variable(name):
    """Return the value of a variable, in its own type, or ""."""
    if len(name) > 1 or name not in "?!#*@0123456789":
        return sdata.sysconfig["env"].get(name, "")
    if state.turn and not state.turn.is_mine():
        return _in_line(variable, name)
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
        return _in_line(assign, name, value)
    if state.frame is None:
        state.frame = Frame("", [])
    frame = state.frame
    if name == "0":
        frame.zero = value
        return True
    frame.args.extend([""] * (int(name) - len(frame.args)))
    frame.args[int(name) - 1] = value
    return True


def _in_line(call, *args):
    """Call with the values of the line of the calling program, which runs beside others."""
    from upyos import turns

    return turns.inside(call, *args)


def stops(status, tested):
    """Tell whether the rest of the line is left out after a command."""
    if status == _INTERRUPTED:
        return True
    frame = state.frame
    if frame is None:
        return False
    if status and frame.errexit and not tested and frame.control is None:
        frame.control = ("return", status)
    return frame.control is not None


def command(words, stdin=None, condition=False, flat=False):
    """Run one simple command as the lexer gave it."""
    if type(words) is tuple:
        if words[0] == _PYTHON:
            return _python(words[1])
        if _OUT in words or _APPEND in words or _IN in words:
            from upyos import redirection

            return redirection.run(words, stdin, condition, flat)
        words = lexer.expand(words, variable)
        if not words:
            return 0
    return dispatch(words, stdin, condition, False, flat)


def _python(line):
    from upyos import pyline

    code = line[1:].strip()
    return pyline.show(code) if line[0] == "<" else pyline.execute(code)


def dispatch(words, stdin, condition, to_variable, flat=False):
    """Find and run what the first word names, its typed result handled as the flags say.

    flat: a script does not run here but from script.run(), on no more of the C stack.
    """
    word = words[0]
    if word in ("break", "continue", "goto", "skip", "return") or word[:1] == ":":
        from upyos import jumps

        return jumps.note(words)
    frame = state.frame
    if frame is not None and stdin is None:
        stdin = frame.stdin
    outer = (state.condition, state.to_variable, state.result)
    state.condition = condition
    state.to_variable = to_variable
    state.result = result = state.NONE
    try:
        known = frame is not None and (frame.path or frame.blocks)
        kind, target = _find(word) if known else lookup.find(word)
        if target == _SH and len(words) > 1 and words[1][:1] != "-":
            # Without the program between them scripts can be nested deeper.
            kind = lookup.SCRIPT
            words = words[1:]
            target = words[0]
        if kind == lookup.PROGRAM:
            status = process.run(target, stem(word) if "." in word else word, words[1:], stdin)
        elif kind == lookup.SCRIPT and flat:
            frame.control = [_ENTER, target, words[1:], stdin, []]
            status = 0
        elif kind == lookup.SCRIPT:
            from upyos import script

            status = script.run(target, words[1:], stdin)
        else:
            status = _other(kind, target, words)
        result = state.result
    finally:
        state.condition, state.to_variable, state.result = outer
    if to_variable:
        state.result = result
    return status


def _find(word):
    """Look a command of a script up, once while files and path stay the same."""
    changes = _upyos.changes()
    path = sdata.sysconfig["env"].get("PATH")
    if found.get(0) != changes or found.get(1) is not path or len(found) > _FOUND_MOST:
        found.clear()
        found[0] = changes
        found[1] = path
    hit = found.get(word)
    if hit is None or "/" in word:
        hit = found[word] = lookup.find(word)
    return hit


def stem(word):
    """Return a command word without the suffix of its file."""
    for suffix in (".py", ".sh", ".mpy"):
        if word.endswith(suffix):
            return word[: -len(suffix)]
    return word


def _other(kind, target, words):
    """Run a builtin or a user's command, or say that the word is neither."""
    if kind == lookup.BUILTIN:
        from upyos import builtins

        return builtins.run(target, words[1:])
    commands = sdata.upyos.__dict__.get("user_commands") if sdata.upyos else None
    call_it = commands.get(words[0]) if type(commands) is dict else None
    if call_it is not None:
        from upyos import launch

        return launch.call(call_it, words)
    if kind == lookup.NOT_PROGRAM:
        report(words[0] + ": not a program")
        return 126
    from upyos import manual

    report(words[0] + ": " + manual.absent(words[0]))
    return 127
