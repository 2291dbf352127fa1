# SPDX-License-Identifier: MIT
"""Run scripts and blocks.

A script is read line by line and nothing of it is kept, but for a line that opens a block: it and
all lines to the end of the block are compiled (grammar.block) and kept until the block is left, so
that a loop is parsed once. There is one loop for both: each nested call costs C stack.
"""

import _upyos
from micropython import const
from upyos import executor, lexer, process, state
from upyos.grammar.frame import Frame
from upyos.grammar.source import Source
from upyos.lib.codes import _ENTER, _INTERRUPTED, _NOT_FOUND, _NOT_PROGRAM, _USAGE

_ENOENT = const(2)
# Levels of scripts that call scripts; how many of them may take C stack.
_DEPTH = const(8)
_NESTED = const(4)


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
    # What is to be as it was when it began: the functions known, or None.
    functions = ()
    # Whether it is a part of the script whose frame it has; called at the end, with the level.
    shared = False
    ended = None
    kept = None

    def __init__(self, frame):
        self.frame = frame

    def leave(self):
        """End the script, or what else this is."""
        if self.source is not None:
            self.source.file.close()
        state.frame = self.outer
        if self.functions != ():
            state.functions = self.functions
        if self.ended:
            self.ended(self)
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
        if type(path) is tuple:
            path = {"(": "$(...)", "{": "block"}.get(path[0], path[0])
        executor.report("%s: scripts nested too deep, at most %d in this way" % (path, _NESTED))
        return 1
    levels = []
    errors = state.errors
    target = _upyos.redirect(None)
    _upyos.redirect(target)
    try:
        status = _begin(levels, path, args, stdin, proc)
        if levels:
            levels[0].frame.nested = nested + 1
        while levels:
            level = levels[-1]
            try:
                status = _finish(level, status)
                status = status if status == _INTERRUPTED else interpret(level)
            except KeyboardInterrupt:
                executor.report("ended")
                state.status = status = _INTERRUPTED
            except RuntimeError:
                # The C stack is used up.
                executor.report("scripts nested too deep")
                status = 1
            if status is not None:
                _end(levels)
                continue
            _, path, args, stdin, level.calls = level.frame.control
            level.frame.control = None
            status = _begin(levels, path, args, stdin)
        return status
    finally:
        # Ctrl-C would leave a frame of theirs to the prompt
        _upyos.hold(True)
        try:
            while levels:
                _end(levels)
            # what was left to do of their lines
            _upyos.redirect(target)
            state.errors = errors
            if outer is not None:
                outer.nested = nested
            if outer is None or not outer.path and not outer.blocks:
                executor.found.clear()
        finally:
            _upyos.hold(False)


def _begin(levels, path, args, stdin=None, proc=None):
    """Begin a script as the last of the levels; return a status if there is none.

    All of it, as its end: Ctrl-C would leave its process in the table.
    """
    _upyos.hold(True)
    try:
        level = enter(path, args, stdin, proc)
        if type(level) is int:
            return level
        levels.append(level)
    finally:
        _upyos.hold(False)


def _end(levels):
    """End the last of the levels."""
    _upyos.hold(True)
    try:
        levels.pop().leave()
    finally:
        _upyos.hold(False)


def enter(path, args, stdin=None, proc=None):
    """Begin a script; return its level, or a status after an error line."""
    if type(path) is tuple:
        from upyos.grammar import functions

        return functions.enter(path, args, stdin)
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
    level.functions = state.functions
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
    tested = False
    while calls:
        call = calls.pop(0)
        if call is None:
            tested = True
            continue
        status = call[0](status, *call[1:])
        control = level.frame.control
        if control is not None and control[0] == _ENTER:
            control[4] += calls
            return None
    state.status = status
    executor.stops(status, tested)
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
            if level.shared:
                from upyos.grammar import compiling

                return compiling.led_out(level, code)
            code = None
            if not _leave(frame, source):
                return state.status
        if code is not None and pc >= len(code.items):
            code = None
        if proc is not None and proc.sts != "R":
            from upyos.grammar import compiling

            if not compiling.goes_on(proc):
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
            from upyos.grammar import compiling

            code = compiling.compiled(frame, source, program)
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


def _leave(frame, source):
    """Obey a control word outside blocks; return False at the script's end."""
    word, value = frame.control
    frame.control = None
    if word == "return":
        state.status = value
        return False
    if word == "exit":
        state.status = value
        frame.exits = True
        return False
    if word == "skip" and source is not None:
        source.skip(value)
        return True
    state.status = _USAGE
    if word == "goto" and source is not None:
        if source.find(value):
            state.status = 0
            return True
        executor.report("goto: %s: no such label" % value)
        return False
    if source is None and word in ("goto", "skip"):
        executor.report("%s: %s: not out of a function" % (word, value))
        return False
    executor.report(word + ": not in a loop")
    return True
