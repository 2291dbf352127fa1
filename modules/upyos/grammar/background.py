# SPDX-License-Identifier: MIT
"""Background jobs: CMD & (behaviour contract 6).

An async program becomes a task of the system's loop (upyos.tasks), a synchronous one or a script
takes a thread (upyos.threads).
"""

import _upyos
import sdata
from micropython import const
from upyos import console, executor, lexer, lookup, process, state
from upyos.grammar import redirection

_PYTHON = const(9)
_SYMBOLS = ("", ";", "&", "&&", "||", "|", ">", ">>", "<")


def start(program):
    """Start a parsed and-or list in the background; return the status of starting it."""
    if len(program) > 2:
        return _start_list(program)
    command = program[0]
    streams = [None, None, None]
    try:
        words = _prepare(command, streams)
    except (OSError, ValueError) as exc:
        close(streams)
        executor.report(text(program) + ": " + redirection.reason(exc))
        return 1
    kind, target = lookup.find(words[0]) if words else (lookup.NONE, "")
    if kind == lookup.PROGRAM:
        return _start_program(target, words, streams)
    close(streams)
    return _start_list(program)


def _prepare(command, streams):
    """Return the words of a command, expanded; open what it redirects.

    Raises OSError, ValueError.
    """
    if type(command) is list:
        return command
    if command[0] == _PYTHON:
        return ()
    words = []
    at = 0
    while at < len(command):
        if type(command[at]) is int:
            at += 1
            target = lexer.text(command[at], executor.variable)
            redirection.open_target(command[at - 1], target, streams)
        else:
            words.append(command[at])
        at += 1
    return lexer.expand(words, executor.variable)


def text(program):
    """Return a parsed program as a line to show."""
    parts = []
    for i, item in enumerate(program):
        if i & 1:
            parts.append(_SYMBOLS[item])
        else:
            parts += [_word(word) for word in item]
    return " ".join(parts).strip()


def _word(word):
    if type(word) is int:
        return _SYMBOLS[word] if word < len(_SYMBOLS) else ""
    if type(word) is str:
        return word
    return "".join([part if i % 2 == 0 else "$" + part for i, part in enumerate(word)])


def _start_program(path, words, streams):
    """Load a program and start its __main__ as a task or in a thread; return the status."""
    proc = new_proc(words[0], list(words[1:]), "py")
    proc.source = streams[0]
    main = _load(proc, path)
    if main is None:
        close(streams)
        return state.status
    if type(main) is type(_generator):
        from upyos.jobs import tasks

        return tasks.start(proc, main, streams)
    return _in_thread(proc, main, streams)


def _in_thread(proc, main, streams):
    """Start a job in a thread; return the status."""
    try:
        from upyos.jobs import threads
    except ImportError:
        close(streams)
        console.error(proc.cmd + ": no threads on this board")
        return 1
    return threads.start(proc, main, streams)


def _generator():
    yield


def _load(proc, path):
    """Return the __main__ of the program at path, or None after an error line."""
    outer = state.foreground
    state.foreground = proc
    try:
        try:
            module = _upyos.load(path, proc.cmd)
        finally:
            process.mend(path)
        module.proc = proc
        proc.module = module
        main = getattr(module, "__main__", None)
        if main is None:
            console.error(proc.cmd + ": no __main__")
            state.status = lookup.NOT_PROGRAM
        return main
    # barrier: whatever a program raises ends that program only
    except BaseException as exc:
        from upyos.programs import failure

        state.status = failure.status(proc, exc)
        return None
    finally:
        state.foreground = outer


def _start_list(program):
    """Run anything else as a script of one line would be run, in a thread."""
    return _in_thread(new_proc(text(program), [], "sh"), program, [None, None, None])


def new_proc(cmd, args, ext):
    """Return a process for the background, not yet in the table."""
    proc = process.Proc()
    proc.cmd = cmd[:-3] if cmd.endswith(".py") else cmd
    proc.args = args
    proc.ext = ext
    proc.isthr = True
    return proc


def begun(proc):
    """Put a started job into the table and say its pid; return status 0."""
    sdata.procs.append(proc)
    state.last_job = proc.pid
    console.error("[%d]" % proc.pid)
    return 0


def close(streams):
    """Close the streams of a job that it does not share."""
    for stream in streams[:2]:
        if stream is not None:
            stream.close()


def ended(proc, streams):
    """Take a job from the table, hand over its output, say that it is done."""
    process.remove(proc)
    if not proc.rmmod:
        process.keep(proc, proc.module)
    try:
        if streams[2] is not None:
            redirection.store(streams[2], state.NONE, streams[1].getvalue())
        close(streams)
    except (OSError, ValueError, MemoryError) as exc:
        console.error(proc.cmd + ": " + redirection.reason(exc))
    if state.parted:
        return
    line = " ".join([proc.cmd] + [str(arg) for arg in proc.args])
    console.error("[%d]+ Done  %s" % (proc.pid, line))
