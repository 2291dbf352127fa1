# SPDX-License-Identifier: MIT
"""Background jobs: CMD & (behaviour contract 6).

An async program becomes a task of the system's loop (upyos.tasks), a synchronous one or a script
takes a thread (upyos.threads).
"""

import _upyos
from micropython import const

from upyos import console, executor, lexer, lookup, process, redirection, state

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
    kept = _load(proc, path)
    if kept is None:
        close(streams)
        return state.status
    main = kept[2].__main__
    if type(main) is type(_generator):
        from upyos import tasks

        return tasks.start(proc, main, streams, kept)
    return _in_thread(proc, main, streams, kept)


def _in_thread(proc, main, streams, kept):
    """Start a job in a thread; return the status."""
    try:
        from upyos import threads
    except ImportError:
        close(streams)
        console.error(proc.cmd + ": no threads on this board")
        return 1
    return threads.start(proc, main, streams, kept)


def _generator():
    yield


def _load(proc, path):
    """Load the program at path; return what its end needs, None after an error line."""
    outer = state.foreground
    state.foreground = proc
    try:
        try:
            if state.turn:
                from upyos import turns

                # Others go on, for a module may run for long.
                module = turns.without(_upyos.load, path, proc.cmd)
            else:
                module = _upyos.load(path, proc.cmd)
        finally:
            process.mend(path)
        module.proc = proc
        if getattr(module, "__main__", None) is None:
            console.error(proc.cmd + ": no __main__")
            state.status = lookup.NOT_PROGRAM
            return None
        return proc.pid, path, module
    # barrier: whatever a program raises ends that program only
    except BaseException as exc:
        from upyos import failure

        state.status = failure.status(proc, exc)
        return None
    finally:
        state.foreground = outer


def _start_list(program):
    """Run anything else as a script of one line would be run, in a thread."""
    proc = new_proc(text(program), [], "sh")
    return _in_thread(proc, program, [None, None, None], (proc.pid, "", None))


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
    process.attach(proc, False)
    state.last_job = proc.pid
    console.error("[%d]" % proc.pid)
    return 0


def close(streams):
    """Close the streams of a job that it does not share."""
    for stream in streams[:2]:
        if stream is not None:
            stream.close()


def ended(proc, streams, kept):
    """Take a job from the table, hand over its output, say that it is done.

    kept is what the system knows of it: pid, path, module. The program may have changed the rest.
    """
    state.procs.pop(kept[0], None)
    try:
        line = " ".join([proc.cmd] + proc.args)
    except (TypeError, AttributeError):
        from upyos.lib import signal

        line = signal.line(proc)
    try:
        if kept[2] and not proc.rmmod:
            process.keep(kept[1], kept[2])
        if streams[2] is not None:
            redirection.store(streams[2], state.NONE, streams[1].getvalue())
        close(streams)
    # barrier: whatever a program left in its process and its streams
    except BaseException as exc:
        console.error("%s: %s" % (line.split(" ")[0], redirection.reason(exc)))
    if not state.parted:
        console.error("[%d]+ Done  %s" % (kept[0], line))
