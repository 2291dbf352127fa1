# SPDX-License-Identifier: MIT
"""Redirection of commands to and from files and variables."""

import io

import _upyos
import sdata
from upyos import executor, lexer, lookup, state, variables
from upyos.lib.codes import _APPEND, _BLOCK, _EXTRA, _IN


class Result:
    """The typed result of a command whose output goes into a variable."""

    # That of a command which has none.
    value = ...


class Streams:
    """What a command reads and writes in place of the console."""

    # Binary streams, or None.
    source = None
    target = None
    # (operator, name) of the variable that gets the output, and its Result.
    name = None
    result = None
    # Where the errors go: as before if not redirects; the file of its own that they go to.
    errors = None
    redirects = False
    error_file = None
    # Of a job: nobody at the console started it.
    silent = False

    def open(self, op, target):
        """Open one redirection.

        Raises OSError, ValueError if the target can be neither a file nor a variable.

        A power cut before a written file is closed leaves the old content: littlefs works so.
        """
        if type(op) is str:
            from upyos.grammar import sinks

            sinks.open(self, op, target)
            return
        if not target:
            raise OSError(2)
        if "." in target or "/" in target:
            stream = self.file(op, target)
            name = None
        elif op == _IN:
            if not _is_set(target):
                raise ValueError("no such variable; a file has . or / in its name")
            stream = io.BytesIO(str(variables.get(target)).encode())
        elif not lexer.legal(target) or target in "?!#@*":
            raise ValueError("no name of a variable; a file has . or / in its name")
        else:
            stream = io.BytesIO()
            name = (op, target)
        if op == _IN:
            self.source = stream
        else:
            if self.target is not None:
                self.target.close()
            self.target = stream
            self.name = name
            self.result = Result() if name else None

    def file(self, op, path):
        """Open a file. Raises OSError."""
        if path == "/dev/null":
            from upyos.grammar import sinks

            return sinks.null(op)
        path = lookup.reachable(path)
        if op == _IN:
            return open(path, "rb")
        from upyos.lib import paths

        paths.guard(path)
        return open(path, "ab" if op == _APPEND else "wb")

    def finish(self):
        """Hand the output over: the typed result, else the text, where it is for a variable.

        Raises OSError, ValueError, MemoryError.
        """
        target = self.target
        if target is not None:
            if self.name:
                store(self.name, self.result.value, target.getvalue())
            self.target = None
            target.close()

    def moved(self):
        """Return all of it in another object; nothing is open here then."""
        other = Streams()
        other.source, other.target = self.source, self.target
        other.name, other.result = self.name, self.result
        other.errors, other.redirects = self.errors, self.redirects
        other.error_file = self.error_file
        self.source = self.target = self.error_file = None
        return other

    def close(self):
        """Close what is open."""
        for stream in (self.source, self.target, self.error_file):
            if stream is not None:
                stream.close()


def run(command, stdin, condition, flat=False):
    """Run a command with redirections; it does not run when one of them cannot be opened."""
    words = []
    streams = Streams()
    streams.source = stdin
    at = 0
    target = written = ""
    try:
        while at < len(command):
            if type(command[at]) is not int:
                words.append(command[at])
            elif command[at] == _BLOCK:
                words = command[: at + 2]
                at += 1
            else:
                op, word = command[at], command[at + 1]
                if op == _EXTRA:
                    op, word = word
                target = ""
                target = lexer.text(word, variables.get)
                streams.open(op, target)
                if op != _IN:
                    written = target
                at += 1
            at += 1
        # What fails of the words says all itself; what fails behind them is the output.
        target, written = "", written or target
        if words and _BLOCK not in words:
            first = words[0]
            words = lexer.expand(words, variables.get)
            if words and "=" in words[0] and type(first) is not str and "=" not in first[0]:
                words.insert(0, "=\n")
        target = written
        return _redirected(words, streams, condition, flat, target) if words else 0
    except (OSError, ValueError, MemoryError) as e:
        return _failed(target, e)
    finally:
        streams.close()


def _is_set(name):
    """Tell whether there is a variable of this name; special ones and digits always are."""
    return name in sdata.sysconfig["env"] or len(name) == 1 and name in "?!#@*0123456789"


def _failed(target, exc):
    """Say why a redirection failed; return the status."""
    from upyos.lib.reasons import reason

    executor.report(target + ": " + reason(exc) if target else reason(exc))
    return 1


def _redirected(words, streams, condition, flat, target):
    """Run a command with its streams in place."""
    kept = state.errors, state.broken
    previous = entered = None
    is_set = False
    try:
        if streams.redirects:
            state.errors = streams.errors
        if streams.target is not None:
            previous = _upyos.redirect(streams.target)
            is_set = True
            state.broken = None
        if _BLOCK in words:
            status = executor.block(words, streams.source, condition, flat)
        else:
            status = executor.dispatch(words, streams.source, condition, streams.result, flat)
        if flat and state.frame.control is not None:
            from upyos.grammar import jumps

            entered = jumps.entered()
    finally:
        # Ctrl-C would leave the output of the next lines in a file that is closed
        _upyos.hold(True)
        failed = None
        if not entered:
            state.errors, broken = kept
            if is_set:
                _upyos.redirect(previous)
                failed, state.broken = state.broken, broken
        _upyos.hold(False)
    if entered:
        entered[4].append((_end, streams.moved(), previous, target, kept))
    else:
        _finish(streams, failed)
    return status


def _finish(streams, failed):
    """Hand the output over. Raises what it raised meanwhile: failed, unless it is None."""
    streams.finish()
    if failed:
        raise failed


def _end(status, streams, previous, target, kept):
    """Do after a script what run() does after a program; return the status."""
    failed = None
    state.errors, broken = kept
    if streams.target is not None:
        _upyos.redirect(previous)
        failed, state.broken = state.broken, broken
    try:
        _finish(streams, failed)
    except (OSError, ValueError, MemoryError) as e:
        return _failed(target, e)
    finally:
        streams.close()
    return status


def store(name, value, output):
    """Put the typed result, or the text printed without its last newline, into a variable."""
    op, name = name
    if value is ...:
        value = output.decode()
        if value.endswith("\n"):
            value = value[:-1]
    if op == _APPEND:
        value = str(variables.get(name)) + str(value)
    variables.assign(name, value)
