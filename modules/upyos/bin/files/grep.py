# SPDX-License-Identifier: MIT
"""grep [-ivnclqrEFwHh] [-A N] [-B N] [-C N] TEXT|-e TEXT [FILE...]

Print the lines with TEXT of each FILE, of - standard input. With no FILE standard input is read
if there is one, else the files of the current directory. Of several files FILE: stands before each
line. The status is 0 if a line was found, 1 if none was, 2 after an error.

-i  upper and lower case of a to z are the same
-v  the lines without TEXT
-n  the number of the line and : before it
-c  only how many lines there are
-l  only the names of the files that have such a line
-q  nothing; end at the first one
-r  directories too, with all below them
-E, -F  TEXT is a regular expression, or text as it is without them
-e TEXT  it may begin with -
-w  TEXT as a whole word only
-H, -h  FILE: always, never
-A, -B, -C N  N lines after, before, around each one too

A regular expression is an extended one: . [a-z] [^a-z] [[:digit:]] ^ $ * + ? {2,3} | ( ) and
\\d \\w \\s; after \\ another sign is meant itself. Errors are \\b, \\1, letters in [ ] that are
not ASCII, more than 128 characters. Classes have ASCII letters only.

Source: POSIX.1-2024 grep; r w H h A B C as in common use. Not provided: more -e, -f, -o, -s, -x.
"""

import _upyos
from micropython import const
from upyos.lib import streams
from upyos.lib.command import UsageError, fail, operands, options, write

_FAILED = const(2)


def _expanded(names, paths):
    """Yield names, in place of directories the files below them."""
    from upyos.lib import files

    for name in names:
        if paths.is_dir(name):
            yield from files.below(name, True)
        else:
            yield name


def _inputs(names, deep):
    """Return the names of the files to read, and whether FILE: stands before lines."""
    if not names:
        if streams.redirected():
            return names, False
        from upyos.lib import files

        return (path[2:] for path in files.below(".", deep)), True
    if not deep:
        return names, len(names) > 1
    from upyos.lib import paths

    return _expanded(names, paths), len(names) > 1 or paths.is_dir(names[0])


def _finder(text, found):
    """Return a function that gives the spans of the wanted lines of bytes. Raises ValueError."""
    fold = "i" in found
    without = "v" in found
    if "E" in found or "w" in found:
        from upyos.lib import patterns

        if "w" in found:
            text = patterns.word(text, "E" in found)
        program = patterns.compile(text, fold)
        return lambda batch: _upyos.lines_matching(batch, program, without)
    text = (text.lower() if fold else text).encode()
    return lambda batch: _upyos.lines_with(batch, text, fold, without)


def _labelled(batch, spans, label, number):
    """Return selected lines with what stands before them; number is the first line's, or None."""
    lines = []
    at = 0
    for i in range(0, len(spans), 2):
        start, end = spans[i : i + 2]
        lines.append(label)
        if number is not None:
            number += _upyos.count_text(batch[at:start], 0)[0]
            at = start
            lines.append(b"%d:" % number)
        lines.append(bytes(batch[start:end]))
    return b"".join(lines)


def _text(batch, spans, label, number):
    """Return selected lines as they are printed."""
    if label or number is not None:
        return _labelled(batch, spans, label, number)
    return _upyos.joined(batch, spans)


def _search(stream, spans_of, label, found):
    """Print lines of a stream; return how many were selected, at most 1 if that is enough."""
    if "A" in found or "B" in found or "C" in found:
        if not ("q" in found or "l" in found or "c" in found):
            from upyos.lib import context

            return context.show(stream, spans_of, label[:-1], found)
    count = 0
    number = 1 if "n" in found else None
    for batch in streams.batches(stream):
        spans = spans_of(batch)
        if spans and ("q" in found or "l" in found):
            return 1
        count += len(spans) // 2
        if spans and "c" not in found:
            write(_text(batch, spans, label, number))
        if number is not None:
            number += _upyos.count_text(batch, 0)[0]
    return count


def __main__(args):
    found, names = options(args, "ivnclqrEFwHh", "ABCe")
    if args.count("-e") > 1:
        raise UsageError
    names = [found["e"]] + names if "e" in found else names
    operands(names, 1)
    text = names.pop(0)
    try:
        spans_of = _finder(text, found)
    except ValueError:
        fail(text, "bad pattern")
        return _FAILED
    inputs, several = _inputs(names, "r" in found)
    several = "H" in found or several and "h" not in found
    selected = False

    def search(stream, name):
        nonlocal selected
        label = name + ":" if several else ""
        count = _search(stream, spans_of, label.encode(), found)
        selected = selected or count > 0
        if "q" in found:
            if count:
                raise SystemExit(0)
        elif "l" in found:
            if count:
                print(name)
        elif "c" in found:
            print(label + str(count))

    return _FAILED if streams.each(inputs, search) else 0 if selected else 1
