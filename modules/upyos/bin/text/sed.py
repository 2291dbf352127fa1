# SPDX-License-Identifier: MIT
"""sed [-nEri] SCRIPT|-e SCRIPT... [FILE...]

Copy the lines of each FILE, or of standard input, as SCRIPT edits them. Its commands, with ; or a
line break between them, are for every line, or for those that an address before them names: N, $
(the last), /TEXT/, FIRST,LAST; with ! behind it for all others.

s/A/B/ puts B in place of A (any sign may be the /); & in B is what A found, \\1 its first group,
\\n a line break; behind it g all of them, N the Nth one, p print the line, i any case. d deletes
the line, p prints it, q stops after it, = prints its number; a TEXT puts TEXT after it, i TEXT
before it, c TEXT in its place.

-n  print only what p prints
-E, -r  A and /TEXT/ are extended expressions: + ? | ( )
-e SCRIPT  a part of the script, on a line of its own
-i  the result replaces each FILE; a power cut leaves the old text or the new one

A basic expression without \\( takes lines of any length; all others are for lines of some hundred
characters.

Source: POSIX.1-2024 sed. Not provided: { } b t h g x y w r n N, {2} \\{2\\}, [:digit:].
"""

import sedscript
from micropython import const
from upyos.lib import files, paths, streams
from upyos.lib.command import fail, operands, options, write_all

_FAILED = const(2)


def _lines(names, failed):
    """Yield the lines of all files; the names of those that cannot be read go to failed."""
    for name in names:
        try:
            if name == "-":
                yield from _lines_of(streams.standard_input())
            else:
                with streams.open_file(name) as stream:
                    yield from _lines_of(stream)
        except OSError as e:
            failed.append(fail(name, e))


def _lines_of(stream):
    while line := stream.readline():
        yield line


def _edited(lines, program, quiet):
    """Yield what program makes of lines."""
    number = 0
    following = next(lines, None)
    while following is not None and not program.has_ended:
        line = following
        following = next(lines, None)
        number += 1
        yield from program.run(line, number, following is None, quiet)


def _in_place(name, program, quiet):
    """Put the edited text in place of a file. Raises OSError."""
    path = paths.named(name)
    paths.guard(path)
    program.restart()
    with streams.open_file(path) as stream:
        files.write_atomic(path, _edited(_lines_of(stream), program, quiet))


def _scripts(args):
    """Return the values of all -e but the last one, and the other words."""
    parts = []
    while args.count("-e") > 1 and args.index("-e") + 1 < len(args):
        at = args.index("-e")
        parts.append(args[at + 1])
        args = args[:at] + args[at + 2 :]
    return parts, args


def __main__(args):
    parts, args = _scripts(args)
    found, names = options(args, "nEri", "e")
    parts += [found["e"]] if "e" in found else []
    operands(names, (not parts) + ("i" in found))
    text = "\n".join(parts) if parts else names.pop(0)
    try:
        program = sedscript.Program(text, "E" in found or "r" in found)
    except ValueError as e:
        fail(text, str(e) or "bad pattern")
        return _FAILED
    quiet = "n" in found
    if "i" not in found:
        failed = []
        try:
            write_all(_edited(_lines(names or ("-",), failed), program, quiet))
        except RuntimeError as e:
            return fail(text, e)
        return 1 if failed else 0
    status = 0
    for name in names:
        try:
            _in_place(name, program, quiet)
        except (OSError, RuntimeError) as e:
            status = fail(name, e)
    return status
