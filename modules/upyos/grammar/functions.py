# SPDX-License-Identifier: MIT
"""What script.run() runs besides scripts: functions, `source`, $(...), blocks that are commands.

A function is the steps of its block, plain data, in state.functions. A call is a level of
script.run() like a script's, so it takes no C stack in a script. The others share the frame of
the script; a subshell gives back at its end what it changed.
"""

import os

import _upyos
import sdata
from micropython import const
from upyos import executor, lexer, process, state
from upyos.grammar import block, script, steps
from upyos.grammar.statements import Malformed, Unclosed
from upyos.lib.codes import _USAGE

# Functions in each other; blocks and $(...) in each other in one script or function.
_CALLS = const(32)
_PARTS = const(16)


def enter(what, args, stdin):
    """Begin what script.run() is to run; return its level, or a status after an error line.

    what: (".", path), ("(", line, buffer), ("{", steps) or (name of a function, steps).
    """
    if what[0] == ".":
        return _source(what[1], args, stdin)
    if what[0] in ("(", "{"):
        return _shared(what, stdin)
    outer = state.frame
    calls = outer.calls + 1 if outer is not None else 1
    if calls > _CALLS:
        executor.report("%s: functions nested too deep, at most %d" % (what[0], _CALLS))
        return 1
    frame = script.Frame(outer.path if outer is not None else "", list(args))
    if outer is not None:
        frame.zero = outer.zero
        frame.depth = outer.depth
        frame.nested = outer.nested
        frame.errexit = outer.errexit
        frame.blocks = outer.blocks
        frame.shells = outer.shells
        frame.line_no = outer.line_no
    frame.calls = calls
    frame.saved = {}
    frame.stdin = stdin if stdin is not None or outer is None else outer.stdin
    level = _level(frame, outer, what[1])
    level.ended = _returned
    state.frame = frame
    state.status = 0
    return level


def _level(frame, outer, data):
    level = script.Level(frame)
    level.outer = outer
    level.proc = process.current()
    level.code = steps.Steps(True)
    level.code.items, level.code.blocks, level.code.source = data[:3]
    return level


def _returned(level):
    """End a call: local variables are gone, `exit` ends what called it too."""
    frame = level.frame
    if frame.saved:
        from upyos.grammar import special

        special.restore(frame.saved)
    outer = level.outer
    if frame.exits and outer is not None and (outer.path or outer.shells):
        outer.control = ("exit" if outer.calls else "return", state.status)


def _source(path, args, stdin):
    """Begin a script that works as if its lines stood in the caller."""
    outer = state.frame
    level = script.enter(path, args, stdin)
    if type(level) is not int:
        level.functions = ()
        if outer is not None:
            if not args:
                level.frame.args = outer.args
            level.frame.zero = outer.zero or path
    return level


def _shared(what, stdin):
    """Begin a block or a $(...) in the frame of the script."""
    outer = state.frame
    frame = outer if outer is not None else script.Frame("", [])
    line = what[0] == "("
    try:
        if frame.parts >= _PARTS:
            name = "$(...)" if line else "block"
            raise ValueError("%s: nested too deep, at most %d" % (name, _PARTS))
        data = _steps(what[1], frame.line_no) if line else what[1]
    except (SyntaxError, ValueError, Malformed, Unclosed) as e:
        executor.report(("syntax error: " if isinstance(e, SyntaxError) else "") + str(e.args[0]))
        return 1 if isinstance(e, ValueError) else _USAGE
    level = _level(frame, outer, data)
    level.shared = True
    level.line_no = frame.line_no
    level.ended = _given_back
    level.kept = frame.stdin, _kept(frame) if data[3] else None, None
    if line:
        state.status = 0
        level.kept = level.kept[:2] + ((_upyos.redirect(what[2]),),)
    if stdin is not None:
        frame.stdin = stdin
    frame.parts += 1
    frame.shells += data[3]
    frame.blocks += 1
    state.frame = frame
    return level


def _steps(line, line_no):
    """Return the steps of a command line. Raises SyntaxError, Unclosed or Malformed."""
    program = lexer.parse(line)
    if not program:
        return [], [], None, True
    code = block.compile(program, line_no, lambda: None)
    return code.items, code.blocks, None, True


def _kept(frame):
    """Return what a subshell gives back."""
    env = dict(sdata.sysconfig["env"])
    return frame.control, frame.errexit, state.functions, state.cwd, env


def _given_back(level):
    """End a block or a $(...)."""
    frame = level.frame
    frame.parts -= 1
    frame.blocks -= 1
    frame.stdin, kept, target = level.kept
    if target:
        _upyos.redirect(target[0])
    if not kept:
        return
    frame.shells -= 1
    frame.control, frame.errexit, state.functions, cwd, before = kept
    if state.cwd != cwd:
        os.chdir(cwd)
        state.cwd = cwd
    env = sdata.sysconfig["env"]
    # Jobs might have set some of them.
    if not state.key and env != before:
        env.clear()
        env.update(before)
