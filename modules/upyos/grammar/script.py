# SPDX-License-Identifier: MIT
"""Run scripts and blocks.

A script is read line by line and nothing of it is kept, but for a line that opens a block: it and
all lines to the end of the block are compiled (grammar.block) and kept until the block is left, so
that a loop is parsed once. There is one loop for both: each nested call costs C stack.
"""

import time

import _upyos
from micropython import const
from upyos import executor, lexer, process, state
from upyos.grammar.source import Source
from upyos.lib.codes import _ENTER, _INTERRUPTED, _NOT_FOUND, _NOT_PROGRAM, _USAGE

_ENOENT = const(2)
# Levels of scripts that call scripts; how many of them may take C stack.
_DEPTH = const(8)
_NESTED = const(4)


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


class Level:
    """A script that runs, or a block outside scripts, and where it is."""

    source = None
    proc = None
    # Whether the process is this script's own.
    own = False
    # The frame before.
    outer = None
    # The block that runs, and the index of its next step.
    code = None
    pc = 0
    # What is left to do of the line that named another script.
    calls = None

    def __init__(self, frame):
        self.frame = frame

    def leave(self):
        """End the script."""
        self.source.file.close()
        state.frame = self.outer
        if self.own:
            process.leave(self.proc)


def run(path, args, stdin=None, proc=None):
    """Run a script file with its arguments; return its status. `sh` gives its own process.

    Scripts that this one runs are levels of the loop here, unless a program runs them: each call
    takes about 2 KiB of C stack.
    """
    outer = state.frame
    nested = outer.nested if outer is not None else 0
    if nested == _NESTED:
        executor.report("%s: scripts nested too deep, at most %d in this way" % (path, _NESTED))
        return 1
    level = _enter(path, args, stdin, proc)
    if type(level) is int:
        return level
    level.frame.nested = nested + 1
    levels = [level]
    target = _upyos.redirect(None)
    _upyos.redirect(target)
    try:
        status = None
        while levels:
            level = levels[-1]
            try:
                status = _finish(level, status)
                status = status if status == _INTERRUPTED else interpret(level)
            except KeyboardInterrupt:
                executor.report("ended")
                status = _INTERRUPTED
            except RuntimeError:
                # The C stack is used up.
                executor.report("scripts nested too deep")
                status = 1
            if status is not None:
                levels.pop().leave()
                continue
            _, path, args, stdin, level.calls = level.frame.control
            level.frame.control = None
            level = _enter(path, args, stdin)
            if type(level) is int:
                status = level
            else:
                levels.append(level)
        return status
    finally:
        while levels:
            levels.pop().leave()
            _upyos.redirect(target)
        if outer is None:
            executor.found.clear()


def _enter(path, args, stdin=None, proc=None):
    """Begin a script; return its level, or a status after an error line."""
    outer = state.frame
    depth = outer.depth + 1 if outer is not None else 1
    if depth > _DEPTH:
        executor.report("%s: scripts nested too deep, at most %d" % (path, _DEPTH))
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
    frame.stdin = stdin
    if outer is not None:
        frame.nested = outer.nested
        frame.stdin = stdin if stdin is not None else outer.stdin
    level = Level(frame)
    level.outer = outer
    level.source = source
    level.own = proc is None
    level.proc = proc or process.enter(path, frame.args)
    return level


def _finish(level, status):
    """Finish the line of a level whose script has ended; return the status.

    status is that of the script, None if there was none.
    """
    if status is None:
        return None
    calls = level.calls
    while calls:
        call = calls.pop(0)
        status = call[0](status, *call[1:])
        control = level.frame.control
        if control is not None and control[0] == _ENTER:
            control[4] += calls
            return None
    state.status = status
    executor.stops(status, False)
    return status


def interpret(level):
    """Run the lines of a level, or its code alone; return the status.

    None: another script is to run first.
    """
    frame = level.frame
    source = level.source
    proc = level.proc
    code = level.code
    pc = level.pc
    while True:
        if frame.control is not None:
            if frame.control[0] == _ENTER:
                level.code = code
                level.pc = pc
                return None
            if code is not None:
                from upyos.grammar import jumps

                pc = jumps.leave(code, frame, source)
        if frame.control is not None:
            code = None
            if not _leave(frame, source):
                return state.status
        if code is not None and pc >= len(code.items):
            code = None
        if proc is not None and proc.sts != "R" and not _goes_on(proc):
            return state.status
        if code is not None:
            pc = code.run(pc, frame, source, proc)
            if pc < 0:
                return _INTERRUPTED
            continue
        program = _next(frame, source) if source is not None else None
        if program is None:
            return state.status
        if executor.is_statement(program):
            code = _compile(frame, source, program)
            pc = 0
        elif executor.run(program, False, True) == _INTERRUPTED:
            return _INTERRUPTED


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


def malformed(frame, e):
    """Report what is wrong with a block, of which nothing runs; return the status."""
    line_no = frame.line_no
    frame.line_no = e.args[1] or line_no
    executor.report(e.args[0])
    frame.line_no = line_no
    state.status = _USAGE
    executor.stops(_USAGE, False)
    return _USAGE


def _compile(frame, source, program):
    """Compile the block that begins with program; return None if nothing of it can run.

    An unclosed one ends the script.
    """
    from upyos.grammar import block

    opened = frame.line_no
    try:
        return block.compile(program, opened, source.logical, source)
    except block.Unclosed as e:
        frame.line_no = e.args[1]
        executor.report(e.args[0])
        frame.control = ("return", _USAGE)
    except block.Malformed as e:
        malformed(frame, e)
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
        # Others go on meanwhile: who holds the turn does not wait.
        if state.turn:
            state.turn.without(time.sleep_ms, 50)
        else:
            time.sleep_ms(50)
    return proc.sts != "S"
