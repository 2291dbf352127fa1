# SPDX-License-Identifier: MIT
"""Background jobs: CMD & (behaviour contract 6).

An async program becomes a task of the system's loop (jobs.tasks), a synchronous one or a script
takes a thread (jobs.threads).
"""

import _upyos
from micropython import const
from upyos import console, executor, lexer, loader, lookup, state, variables
from upyos.grammar import redirection
from upyos.jobs import job
from upyos.lib.codes import _BLOCK, _EXTRA, _NOT_FOUND, _NOT_PROGRAM, _PROGRAM, _PYTHON

_SYMBOLS = const(("", ";", "&", "&&", "||", "|", ">", ">>", "<"))


def start(program):
    """Start a parsed and-or list in the background; return the status of starting it."""
    if len(program) > 2:
        return _start_list(program)
    command = program[0]
    if _BLOCK in command or _EXTRA in command:
        return _start_list(program)
    streams = redirection.Streams()
    try:
        words = _prepare(command, streams)
    except (OSError, ValueError) as exc:
        from upyos.lib.reasons import reason

        streams.close()
        executor.report(text(program) + ": " + reason(exc))
        return 1
    kind, target = lookup.find(words[0]) if words else (_NOT_FOUND, "")
    if kind == _PROGRAM:
        return _start_program(target, words, streams)
    streams.close()
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
            target = lexer.text(command[at], variables.get)
            streams.open(command[at - 1], target)
        else:
            words.append(command[at])
        at += 1
    return lexer.expand(words, variables.get)


def text(program):
    """Return a parsed program as a line to show."""
    parts = []
    for i, item in enumerate(program):
        if i & 1:
            parts.append(_SYMBOLS[item])
        else:
            if _BLOCK in item:
                at = item.index(_BLOCK)
                parts += list(item[:at]) + ["{ ... }"]
                item = item[at + 2 :]
            parts += [_word(word) for word in item]
    return " ".join(parts).strip()


def _word(word):
    if type(word) is int:
        return _SYMBOLS[word] if word < len(_SYMBOLS) else ""
    if type(word) is str:
        return word
    if type(word) is list:
        # Its source, or the form of a redirection.
        return word[0]
    return "".join([part if i % 2 == 0 else "$" + part for i, part in enumerate(word)])


def _start_program(path, words, streams):
    """Load a program and start its __main__ as a task or in a thread; return the status."""
    proc = job.new_proc(words[0], list(words[1:]), "py")
    proc.source = streams.source
    kept = _load(proc, path)
    if kept is None:
        streams.close()
        return state.status
    main = kept[2].__main__
    if type(main) is type(_generator):
        from upyos.jobs import loop, tasks

        loop.install()
        return tasks.start(proc, main, streams, kept)
    threads = _threads(proc, streams)
    return threads.start(proc, streams, kept, threads.outside, proc, main) if threads else 1


def _threads(proc, streams):
    """Return the module of jobs in threads; None, after an error line, where there are none."""
    try:
        from upyos.jobs import threads
    except ImportError:
        streams.close()
        console.error(proc.cmd + ": no threads on this board")
        return None
    return threads


def _generator():
    yield


def _load(proc, path):
    """Load the program at path; return what its end needs, None after an error line."""
    outer = state.foreground
    state.foreground = proc
    try:
        try:
            if state.turn:
                # Others go on, for a module may run for long.
                module = state.turn.without(_upyos.load, path, proc.cmd)
            else:
                module = _upyos.load(path, proc.cmd)
        finally:
            loader.mend(path)
        module.proc = proc
        if getattr(module, "__main__", None) is None:
            console.error(proc.cmd + ": no __main__")
            state.status = _NOT_PROGRAM
            return None
        return proc.pid, path, module
    # barrier: whatever a program raises ends that program only
    except BaseException as exc:
        from upyos.programs import failure

        state.status = failure.status(proc, exc)
        return None
    finally:
        state.foreground = outer


def _start_list(program):
    """Run anything else as a script of one line would be run, in a thread."""
    proc = job.new_proc(text(program), [], "sh")
    streams = redirection.Streams()
    threads = _threads(proc, streams)
    kept = (proc.pid, "", None)
    return threads.start(proc, streams, kept, executor.run, program) if threads else 1
