# SPDX-License-Identifier: MIT
"""Commands that are part of the shell: cd set alias unalias history exit loadconfig loadboard."""

import os

from upyos import console, executor, lexer, lookup, state, variables
from upyos.lib.codes import _AMP, _BUILTIN, _PYTHON, _USAGE
from upyos.process import UsageError


def run(name, args):
    """Run a builtin; return its status."""
    if args and args[0] in ("--help", "--h"):
        console.write(_usage(name) + "\n")
        return 0
    try:
        # Its function has its name, a table of them would be made for each.
        return globals()["_" + name](args)
    except UsageError:
        console.error(_usage(name))
        return _USAGE
    except OSError as e:
        from upyos.lib.reasons import reason

        console.error("%s: %s: %s" % (name, args[0] if args else "", reason(e)))
        return 1


def _usage(name):
    from upyos.programs import manual

    return manual.usage(name)


def _operands(args, low, high):
    if not low <= len(args) <= high or (args and args[0][:1] == "-" and len(args[0]) > 1):
        raise UsageError


def _cd(args):
    _operands(args, 0, 1)
    directory = args[0] if args else variables.get("HOME")
    back = directory == "-"
    if back:
        directory = variables.get("OLDPWD") or "/"
    if not directory:
        raise OSError(2)
    if ".." in directory:
        # littlefs refuses to go above the root
        from upyos.lib import paths

        directory = paths.absolute(directory)
    if os.stat(directory)[0] & 0x4000 == 0:
        raise OSError(20)
    before = state.cwd
    os.chdir(directory)
    state.cwd = os.getcwd()
    variables.assign("OLDPWD", before)
    if back:
        console.write(state.cwd + "\n")
    return 0


def _set(args):
    if not args:
        return executor.call(["env"])
    if args[0] == "--":
        if state.frame is None:
            from upyos.grammar import script

            state.frame = script.Frame("", [])
        state.frame.args = args[1:]
        return 0
    if len(args) > 1 or args[0] not in ("-e", "+e"):
        raise UsageError
    if state.frame is not None and state.frame.path:
        state.frame.errexit = args[0] == "-e"
    return 0


def _alias(args):
    aliases = state.aliases or {}
    if not args:
        for name in sorted(aliases):
            console.write("%s='%s'\n" % (name, aliases[name]))
        return 0
    if args[0][:1] == "-":
        raise UsageError
    name, equals, text = args[0].partition("=")
    if equals:
        text = " ".join([text] + args[1:])
    elif len(args) > 1:
        text = " ".join(args[1:])
    elif name in aliases:
        console.write("%s='%s'\n" % (name, aliases[name]))
        return 0
    else:
        console.error("alias: %s: not found" % name)
        return 1
    return _define(aliases, name, text)


def _define(aliases, name, text):
    if not name or "/" in name or lexer.parse(name) != [[name], 0]:
        console.error("alias: %s: not a name" % name)
        return 1
    try:
        program = lexer.parse(text)
        if program and executor.is_statement(program):
            raise SyntaxError("a statement is no command; put it into a script")
    except SyntaxError as e:
        console.error("alias: %s: %s" % (text, e))
        return 1
    aliases[name] = text
    state.aliases = aliases
    return 0


def _unalias(args):
    if not args or args[0][:1] == "-":
        raise UsageError
    status = 0
    for name in args:
        if name in (state.aliases or ()):
            del state.aliases[name]
        else:
            console.error("unalias: %s: not found" % name)
            status = 1
    if not state.aliases:
        state.aliases = None
    return status


def _history(args):
    from upyos.line import history

    if args and (args != ["-c"]):
        raise UsageError
    if args:
        history.clear()
        return 0
    for i, line in enumerate(history.lines()):
        console.write("%d %s\n" % (i + 1, history.text(line)))
    return 0


def _exit(args):
    frame = state.frame
    if frame is not None and (frame.path or frame.shells):
        status = state.status
        if args:
            digits = args[0][1:] if args[0][:1] == "-" else args[0]
            if len(args) > 1 or not digits.isdigit():
                raise UsageError
            status = int(args[0])
        frame.control = ("exit" if frame.calls else "return", status)
        return status
    letters = ""
    for word in args:
        if len(word) < 2 or word[0] != "-" or word[1:].strip("fr"):
            raise UsageError
        letters += word[1:]
    return _kernel().exit("-" + letters if letters else "")


def _kernel():
    import sdata

    return sdata.upyos


def _loadconfig(args):
    return 0 if _kernel().loadconfig(*_files(args)) else 1


def _loadboard(args):
    return 0 if _kernel().loadboard(*_files(args)) else 1


def _files(args):
    """Return the path that args may name, in its normal form. Raises OSError for an empty one."""
    from upyos.lib import paths

    _operands(args, 0, 1)
    return [paths.named(arg) for arg in args]


def replace_aliases(program):
    """Return the program with the aliases of command words replaced, once each."""
    changed = []
    for i in range(0, len(program), 2):
        command = program[i]
        op = program[i + 1]
        text = state.aliases.get(command[0]) if type(command[0]) is str else None
        if text is None or lookup.find(command[0])[0] == _BUILTIN:
            changed += [command, op]
            continue
        try:
            changed += _spliced(lexer.parse(str(text)), command[1:])
        except SyntaxError as e:
            # Only an alias of a configuration file is not checked before.
            executor.report("alias: %s: %s" % (text, e))
            changed += [["false"], 0]
        # The text may end in an operator of its own: `sleep 9 &`.
        if op >= _AMP or changed[-1] != _AMP:
            changed[-1] = op
    return changed


def _spliced(program, rest):
    """Return the program of an alias, with the rest of the words that it stood before."""
    if not program:
        return [rest, 0] if rest else [["true"], 0]
    last = program[-2]
    if last[0] == _PYTHON:
        program[-2] = (_PYTHON, last[1] + "".join([" " + w for w in rest if type(w) is str]))
    elif rest:
        program[-2] = last + rest if type(last) is type(rest) else tuple(last) + tuple(rest)
    return program
