# SPDX-License-Identifier: MIT
"""Run parsed lines: lists, pipelines, redirection, statuses.

Every call level costs 240 bytes of C stack on the board, and up to 108 more where its variables
are there (frames.h), so the way from a line to its program is kept short: run_line, run, dispatch,
loader.run.
"""

import _upyos
import sdata
from micropython import const

from upyos import console, lexer, loader, lookup, process, state, variables
from upyos.lib.codes import (
    _AMP,
    _APPEND,
    _BLOCK,
    _BUILTIN,
    _ENTER,
    _EXTRA,
    _IN,
    _INTERRUPTED,
    _KEYWORDS,
    _NOT_FOUND,
    _NOT_PROGRAM,
    _OUT,
    _PROGRAM,
    _PYTHON,
    _SCRIPT,
    _USAGE,
)

# What commands of a running script are: word, (kind, target); and since which change of the files
# and with which path. Empty at the prompt.
found = {}
_FOUND_MOST = const(16)
_SH = const("upyos/bin/shell/sh.py")
_SOURCE = const("upyos/bin/shell/source.py")


def run_line(line, more=None):
    """Run one command line; return its status. `more()` gives the lines that complete a block."""
    try:
        program = lexer.parse(line)
    except SyntaxError as e:
        report("syntax error: " + str(e))
        state.status = _USAGE
        return _USAGE
    if not program:
        return state.status
    if is_statement(program) or "$(" in line and _substitutes(program):
        from upyos.grammar import session

        return session.run(program, more)
    return run(program)


def _substitutes(program):
    """Tell whether a $(...) is to run: outside scripts too it takes no C stack then."""
    for i in range(0, len(program), 2):
        for word in program[i]:
            if type(word) is list and "$(" in word[0]:
                return True
    return False


def is_statement(program):
    """Tell whether a command of the program begins with a keyword of blocks."""
    for i in range(0, len(program), 2):
        words = program[i]
        word = words[0]
        if word in _KEYWORDS or word == "!" and len(words) > 1 and words[1] in _KEYWORDS:
            return True
    return False


def run(program, condition=False, flat=False):
    """Run a parsed program; return its status, which is `$?` as well.

    As a condition its commands do not print their typed results. Stops early after Ctrl-C and
    when the frame's control says that the script goes on elsewhere; flat: that is also how it
    runs another script.
    """
    if state.aliases:
        from upyos.grammar import builtins

        program = builtins.replace_aliases(program)
    if len(program) > 2 or program[1] == _AMP:
        from upyos.grammar import lists

        return lists.run(program, condition, flat)
    words = program[0]
    if type(words) is list:
        status = dispatch(words, None, condition, None, flat)
    else:
        status = command(words, None, condition, flat)
    state.status = status
    if status and not condition:
        stops(status, words[0] == "!")
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
            from upyos.grammar import pyline

            return pyline.line(words[1])
        if _OUT in words or _APPEND in words or _IN in words or _EXTRA in words:
            from upyos.grammar import redirection

            return redirection.run(words, stdin, condition, flat)
        if _BLOCK in words:
            return block(words, stdin, condition, flat)
        if flat and list in [type(word) for word in words]:
            from upyos.grammar import substitution

            if substitution.enter(words, (command, stdin, condition, True)):
                return 0
        first = words[0]
        try:
            words = lexer.expand(words, variables.get)
        except ValueError as exc:
            report(str(exc))
            return 1
        if not words:
            return 0
        if "=" in words[0] and type(first) is not str and "=" not in first[0]:
            # A value assigns nothing.
            words.insert(0, "=\n")
    return dispatch(words, stdin, condition, None, flat)


def block(words, stdin, condition, flat):
    """Run a block that is a command, or leave it to script.run(); a ! may stand before it."""
    if words[0] == "!":
        from upyos.grammar import special

        return special.run(words, stdin, condition, None, flat)
    steps = words[1]
    if condition and state.frame is not None and state.frame.errexit:
        from upyos.grammar import tested

        return tested.run(("{", steps), (), stdin, flat)
    if flat:
        # What failed in { } has ended the script, or was tested there; ( ) is like a command.
        state.frame.control = [_ENTER, ("{", steps), (), stdin, [] if steps[3] else [None]]
        return 0
    from upyos.grammar import script

    return script.run(("{", steps), (), stdin)


def dispatch(words, stdin, condition, kept=None, flat=False):
    """Find and run what the first word names; its typed result goes where state.result says.

    kept: the Result that it is kept in, if it is. flat: a script does not run here but from
    script.run(), on no more of the C stack.
    """
    word = words[0]
    if word in ("break", "continue", "goto", "skip", "return") or word[:1] == ":":
        from upyos.grammar import jumps

        return jumps.note(words)
    if "=" in word or state.functions and word in state.functions:
        from upyos.grammar import special

        status = special.run(words, stdin, condition, kept, flat)
        if status is not None:
            return status
    if word == "[" and words[-1] == "]" and len(words) > 2:
        # As test does, but nothing is printed; here, for another call takes C stack.
        words = ["test"] + words[1:-1]
        word = "test"
        condition = True
    frame = state.frame
    if frame is not None and stdin is None:
        stdin = frame.stdin
    outer = state.result
    state.result = kept or condition
    try:
        known = frame is not None and (frame.path or frame.blocks)
        kind, target = _find(word) if known else lookup.find(word)
        if target == _SH and len(words) > 1 and words[1][:1] != "-":
            # Without the program between them scripts can be nested deeper.
            kind = _SCRIPT
            words = words[1:]
            target = words[0]
        elif target == _SOURCE and len(words) > 1 and words[1][:1] != "-":
            kind = _SCRIPT
            words = words[1:]
            target = (".", words[0])
        if kind == _PROGRAM:
            status = loader.run(target, stem(word) if "." in word else word, words[1:], stdin)
        elif kind == _SCRIPT and flat:
            frame.control = [_ENTER, target, words[1:], stdin, []]
            status = 0
        elif kind == _SCRIPT:
            from upyos.grammar import script

            status = script.run(target, words[1:], stdin)
        elif kind == _NOT_FOUND and word in ("[", "!", ".", "shift", "local"):
            from upyos.grammar import special

            status = special.run(words, stdin, condition, kept, flat)
        else:
            status = _other(kind, target, words)
        return status
    finally:
        state.result = outer


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


def _as(proc, isthr, ext, cmd, args):
    """Run a command synchronously as proc; return its status."""
    from upyos.grammar import launch

    return launch.run(proc, isthr, ext, cmd, args)


process.Proc.run = _as


def stem(word):
    """Return a command word without the suffix of its file."""
    for suffix in (".py", ".sh", ".mpy"):
        if word.endswith(suffix):
            return word[: -len(suffix)]
    return word


def _other(kind, target, words):
    """Run a builtin or a user's command, or say that the word is neither."""
    if kind == _BUILTIN:
        from upyos.grammar import builtins

        return builtins.run(target, words[1:])
    commands = sdata.upyos.__dict__.get("user_commands") if sdata.upyos else None
    call_it = commands.get(words[0]) if type(commands) is dict else None
    if call_it is not None:
        from upyos.grammar import launch

        return launch.call(call_it, words)
    if kind == _NOT_PROGRAM:
        report(words[0] + ": not a program")
        return _NOT_PROGRAM
    # not imported: nothing of it is to be dropped before the next prompt
    absent = _upyos.load("upyos/programs/absent.py", "absent")
    report(words[0] + ": " + absent.why(words[0], words))
    return _NOT_FOUND
