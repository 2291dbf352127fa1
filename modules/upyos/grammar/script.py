# SPDX-License-Identifier: MIT
"""Run scripts and blocks.

A script is read line by line and nothing of it is kept, but for a line that opens a block: it and
all lines to the end of the block are compiled (grammar.block) and kept until the block is left, so
that a loop is parsed once. There is one loop for both: each nested call costs C stack.
"""

import time

from micropython import const
from upyos import executor, lexer, process, state
from upyos.grammar.source import Source
from upyos.lib.codes import _INTERRUPTED, _NOT_FOUND, _NOT_PROGRAM, _USAGE
from upyos.variables import Frame

_ENOENT = const(2)
# Levels of scripts that call scripts: each takes about 1.5 KiB of C stack.
_DEPTH = const(4)


def run(path, args, stdin=None, proc=None):
    """Run a script file with its arguments; return its status. `sh` gives its own process."""
    outer = state.frame
    depth = outer.depth + 1 if outer is not None else 1
    if depth > _DEPTH:
        executor.report(path + ": scripts nested too deep")
        return 1
    try:
        if not path:
            raise OSError(_ENOENT)
        source = Source(path)
    except OSError as e:
        from upyos.lib.reasons import reason

        executor.report("sh: %s: %s" % (path, reason(e)))
        return _NOT_FOUND if e.errno == _ENOENT else _NOT_PROGRAM
    state.frame = frame = Frame(path, list(args))
    state.status = 0
    frame.depth = depth
    frame.stdin = stdin if stdin is not None or outer is None else outer.stdin
    own = proc or process.enter(path, frame.args)
    try:
        return _interpret(own, source)
    except KeyboardInterrupt:
        executor.report("ended")
        return _INTERRUPTED
    except RuntimeError:
        # The C stack is used up.
        executor.report("scripts nested too deep")
        return 1
    finally:
        source.file.close()
        if outer is None:
            executor.found.clear()
        state.frame = outer
        if proc is None:
            process.leave(own)


def run_statements(program, more=None):
    """Run a line that begins with a keyword, outside scripts; return the status.

    `more()` returns the next line of a block, or None; without it the block must be closed.
    """
    from upyos.grammar import block

    session = state.frame
    if session is None:
        state.frame = Frame("", [])
    frame = state.frame
    control = frame.control
    frame.control = None
    frame.blocks += 1
    try:
        code = block.compile(program, 0, more or (lambda: None))
        return _interpret(None, None, code)
    except block.Unclosed as e:
        executor.report(e.args[0])
        state.status = _USAGE
        return _USAGE
    finally:
        frame.control = control
        frame.blocks -= 1
        if not frame.path:
            executor.found.clear()
        if session is None and not frame.args and frame.zero == "":
            state.frame = None


def control(words):
    """Note that the script goes on elsewhere, by a control word; a label does nothing."""
    frame = state.frame
    word = words[0]
    in_script = frame is not None and frame.path
    if word[0] == ":":
        if in_script and len(words) == 1:
            return state.status
        executor.report(word + (": more than a label" if in_script else ": only in scripts"))
        return _USAGE
    loop = word == "break" or word == "continue"
    # the session has a frame for its digits too, and nothing there would obey
    if frame is None or not (in_script or loop and frame.blocks):
        executor.report(word + (": not in a loop" if loop else ": only in scripts"))
        return _USAGE
    value = _operand(words)
    if value is None:
        executor.report(word + ": malformed statement")
        return _USAGE
    frame.control = (word, value)
    return value if word == "return" else state.status


def _operand(words):
    """Return the operand of a control word, None if it is wrong."""
    word = words[0]
    if word == "break" or word == "continue":
        return 0 if len(words) == 1 else None
    if word == "return" and len(words) == 1:
        return 0
    if len(words) != 2:
        return None
    if word == "goto":
        return words[1].lstrip(":") or None
    return int(words[1]) if words[1].isdigit() else None


def _interpret(proc, source, code=None):
    """Run the lines of source, or compiled code alone, as a process; return the status."""
    frame = state.frame
    pc = 0
    while True:
        if code is not None:
            pc = code.run(pc, frame, source, proc)
            if pc < 0:
                return _INTERRUPTED
        else:
            program = _next(frame, source) if source is not None else None
            if program is None:
                return state.status
            if executor.is_statement(program):
                code = _compile(frame, source, program)
                pc = 0
            elif executor.run(program) == _INTERRUPTED:
                return _INTERRUPTED
        if frame.control is not None and code is not None:
            pc = code.leave(frame, source)
        if frame.control is not None:
            code = None
            if not _leave(frame, source):
                return state.status
        if code is not None and pc >= len(code.items):
            code = None
        if proc is not None and proc.sts != "R" and not _goes_on(proc):
            return state.status


def _next(frame, source):
    """Return the program of the next line that has one, None at the end."""
    while True:
        try:
            source.pass_comments()
            frame.line_no = source.line_no + 1
            line = source.logical()
            if line is None:
                return None
            program = lexer.parse(line)
            if program:
                return program
        except (SyntaxError, ValueError) as e:
            syntax_error(e)
            if frame.errexit:
                return None


def syntax_error(e):
    executor.report("syntax error: " + str(e))
    state.status = _USAGE


def _compile(frame, source, program):
    """Compile the block that begins with program; an unclosed one ends the script."""
    from upyos.grammar import block

    opened = frame.line_no
    try:
        return block.compile(program, opened, source.logical, source)
    except block.Unclosed as e:
        frame.line_no = e.args[1]
        executor.report(e.args[0])
        frame.control = ("return", _USAGE)
        return None


def _leave(frame, source):
    """Obey a control word outside blocks; return False at the script's end."""
    word, value = frame.control
    frame.control = None
    if word == "return":
        state.status = value
        return False
    if word == "skip":
        source.skip(value)
        return True
    state.status = _USAGE
    if word == "goto":
        if source.find(value):
            state.status = 0
            return True
        executor.report("goto: %s: no such label" % value)
        return False
    executor.report(word + ": not in a loop")
    return True


def _goes_on(proc):
    """Wait while a script is held; return False when it is asked to stop."""
    while proc.sts == "H":
        time.sleep_ms(50)
    return proc.sts != "S"
