# SPDX-License-Identifier: MIT
"""Run parsed lines: lists, pipelines, redirection, statuses, variables.

Every call level costs about 200 bytes of C stack on the board, so the way from a line to its program is
kept short: run_line, run, _command, process.run.
"""

import io

import _upyos
import sdata
from micropython import const
from upyos import console, lexer, lookup, process, state

# As in lexer.
_AMP = const(2)
_AND = const(3)
_OR = const(4)
_PIPE = const(5)
_OUT = const(6)
_APPEND = const(7)
_IN = const(8)
_PYTHON = const(9)

_INTERRUPTED = const(130)

# Commands that leave files and the path alone, as scripts find them: word, path in the firmware. Anything
# else that runs empties it, so that no answer is stale.
found = {}
_LEAVE_FILES = "upyos/bin/shell/"


class Frame:
    """What belongs to one running script, or to the session: digits, place, where it goes on."""

    # A script's `set -e`; its standard input; how deep scripts are nested.
    errexit = False
    stdin = None
    depth = 0
    line_no = 0
    # (word, operand) of a control word that has not been obeyed yet.
    control = None

    def __init__(self, path, args):
        self.path = path
        self.args = args
        self.zero = path


def run_line(line):
    """Run one complete command line; return its status."""
    try:
        program = lexer.parse(line)
    except SyntaxError as e:
        report("syntax error: " + str(e))
        state.status = 2
        return 2
    if not program:
        return state.status
    if is_statement(program):
        from upyos import script

        return script.run_statements(program)
    return run(program)


def is_statement(program):
    """Tell whether a command of the program begins with a keyword of blocks."""
    head = True
    for i, item in enumerate(program):
        if i & 1:
            head = item <= _AMP
        elif head and item[0] in ("if", "elif", "else", "fi", "while", "for", "done"):
            return True
    return False


def run(program, condition=False):
    """Run a parsed program; return its status, which is `$?` as well.

    As a condition its commands do not print their typed results. Stops early after Ctrl-C and when the
    frame's control says that the script goes on elsewhere.
    """
    if state.aliases:
        from upyos import builtins

        program = builtins.replace_aliases(program)
    if _AMP in program:
        return _run_jobs(program, condition)
    at = 0
    wanted = True
    while at < len(program):
        last = at + 1
        while program[last] == _PIPE:
            last += 2
        op = program[last]
        if wanted:
            tested = condition or op >= _AND
            command = program[at]
            if last > at + 1:
                status = _pipeline(program[at:last:2], tested)
            elif type(command) is list:
                status = _dispatch(command, None, tested, False)
            else:
                status = _command(command, None, tested)
            state.status = status
            if _stops(status, tested):
                break
        wanted = op < _AND or (state.status == 0) == (op == _AND)
        at = last + 1
    return state.status


def call(words, stdin=None):
    """Run one simple command that is already expanded; return its status."""
    state.status = status = _command(list(words), stdin)
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
    """Set a variable, a digit of the running script or session too; return False if it cannot be set."""
    if name in ("?", "!", "#", "@", "*") or not lexer.legal(name):
        return False
    if not name.isdigit():
        sdata.sysconfig["env"][name] = value
        if name == "PATH":
            found.clear()
        return True
    if state.frame is None:
        state.frame = Frame("", [])
    frame = state.frame
    if name == "0":
        frame.zero = value
        return True
    frame.args.extend([""] * (int(name) - len(frame.args)))
    frame.args[int(name) - 1] = value
    return True


def _stops(status, tested):
    """Tell whether the rest of the line is left out after a command."""
    if status == _INTERRUPTED:
        return True
    frame = state.frame
    if frame is None:
        return False
    if status and frame.errexit and not tested and frame.control is None:
        frame.control = ("return", status)
    return frame.control is not None


def _run_jobs(program, condition):
    """Run a program with `&` in it: each and-or list that ends with one is a background job."""
    first = 0
    for i in range(1, len(program), 2):
        op = program[i]
        if op > _AMP:
            continue
        if op == _AMP:
            from upyos import jobs

            state.status = jobs.start(program[first:i] + [0])
        else:
            run(program[first : i + 1], condition)
        first = i + 1
        if _stops(state.status, True):
            break
    return state.status


def _command(command, stdin=None, condition=False):
    """Run one simple command as the lexer gave it."""
    if type(command) is tuple:
        if command[0] == _PYTHON:
            return _python(command[1])
        if _OUT in command or _APPEND in command or _IN in command:
            return _redirected(command, stdin, condition)
        command = lexer.expand(command, variable)
        if not command:
            return 0
    return _dispatch(command, stdin, condition, False)


def _python(line):
    from upyos import pyline

    found.clear()
    code = line[1:].strip()
    return pyline.show(code) if line[0] == "<" else pyline.execute(code)


def _dispatch(words, stdin, condition, to_variable):
    """Find and run what the first word names, its typed result handled as the flags say."""
    word = words[0]
    if word in ("break", "continue", "goto", "skip", "return") or word[:1] == ":":
        from upyos import script

        return script.control(words)
    frame = state.frame
    if frame is not None and stdin is None:
        stdin = frame.stdin
    outer = (state.condition, state.to_variable, state.result)
    state.condition = condition
    state.to_variable = to_variable
    state.result = result = state.NONE
    try:
        target = found.get(word) if state.key is None else None
        if target is not None:
            status = process.run(target, word, words[1:], stdin)
        else:
            kind, target = lookup.find(word)
            if kind == lookup.SCRIPT:
                from upyos import script

                status = script.run(target, words[1:], stdin)
            elif kind == lookup.PROGRAM:
                _note(word, target)
                if target == "upyos/bin/shell/sh.py" and len(words) > 1 and words[1][:1] != "-":
                    # Without the program between them scripts can be nested deeper.
                    from upyos import script

                    status = script.run(words[1], words[2:], stdin)
                else:
                    status = process.run(target, stem(word), words[1:], stdin)
            else:
                found.clear()
                status = _other(kind, target, words)
        result = state.result
    finally:
        state.condition, state.to_variable, state.result = outer
    if to_variable:
        state.result = result
    return status


def _note(word, target):
    """Remember a command in scripts; forget all of them if it may change files."""
    if not target.startswith(_LEAVE_FILES):
        found.clear()
    elif state.frame is not None and word != "sh" and word != "watch":
        found[word] = target


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
    command = sdata.upyos.__dict__.get("user_commands", {}).get(words[0]) if sdata.upyos else None
    if command is not None:
        return process.status_of(command(*words[1:]))
    if kind == lookup.NOT_PROGRAM:
        report(words[0] + ": not a program")
        return 126
    report(words[0] + ": not found")
    return 127


def _pipeline(commands, condition):
    """Run commands one after the other, each one's output the next one's standard input."""
    from upyos.pipe import Pipe

    stdin = None
    for i, command in enumerate(commands[:-1]):
        pipe = Pipe("%d.%d" % (state.pid, i))
        previous = _upyos.redirect(pipe)
        try:
            status = _command(command, stdin)
        finally:
            _upyos.redirect(previous)
            if stdin is not None:
                stdin.close()
        stdin = pipe.reader()
        if status == _INTERRUPTED:
            break
    else:
        status = _command(commands[-1], stdin, condition)
    stdin.close()
    return status


def _redirected(command, stdin, condition):
    """Run a command with redirections; it does not run when one of them cannot be opened."""
    words = []
    streams = [stdin, None, None]
    at = 0
    target = ""
    try:
        while at < len(command):
            if type(command[at]) is int:
                target = lexer.text(command[at + 1], variable)
                _open(command[at], target, streams)
                at += 1
            else:
                words.append(command[at])
            at += 1
        words = lexer.expand(words, variable)
        return _captured(words, streams, condition) if words else 0
    except (OSError, UnicodeError) as e:
        from upyos.lib.command import reason

        report(target + ": " + (reason(e) if isinstance(e, OSError) else "not text"))
        return 1
    finally:
        for stream in streams[:2]:
            if stream is not None:
                stream.close()


def _open(op, target, streams):
    """Open one redirection into streams `[input, output, name of a variable]`. Raises OSError.

    Writing a file: littlefs keeps the old content until the file is closed; a power cut before that
    leaves it.
    """
    if not target:
        raise OSError(2)
    if "." in target or "/" in target:
        mode = "rb" if op == _IN else "ab" if op == _APPEND else "wb"
        if op != _IN:
            from upyos.lib import paths

            if paths.protected(target):
                raise OSError(13)
            found.clear()
        stream = open(target, mode)
        variable_name = None
    elif op == _IN:
        stream = io.BytesIO(str(variable(target)).encode())
    elif not lexer.legal(target) or target in "?!#@*":
        raise OSError(22)
    else:
        stream = io.BytesIO()
        variable_name = (op, target)
    if op == _IN:
        streams[0] = stream
    else:
        if streams[1] is not None:
            streams[1].close()
        streams[1] = stream
        streams[2] = variable_name


def _captured(words, streams, condition):
    """Run a command with its streams in place; a variable gets the typed result, else the text."""
    stdin, stdout, name = streams
    if stdout is None:
        return _dispatch(words, stdin, condition, False)
    previous = _upyos.redirect(stdout)
    try:
        status = _dispatch(words, stdin, condition, name is not None)
    finally:
        _upyos.redirect(previous)
    if name is not None:
        _store(name, stdout.getvalue())
    streams[1] = None
    stdout.close()
    return status


def _store(name, output):
    """Put the typed result, or the text printed without its last newline, into a variable."""
    op, name = name
    value = state.result
    state.result = state.NONE
    if value is state.NONE:
        value = output.decode()
        if value.endswith("\n"):
            value = value[:-1]
    if op == _APPEND:
        value = str(variable(name)) + str(value)
    assign(name, value)
