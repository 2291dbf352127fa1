# SPDX-License-Identifier: MIT
"""which [-a] NAME...

Print what each NAME would run.

-a  all that could be run, in the order of the search
"""

from upyos import lookup, state
from upyos.lib import command
from upyos.lib.codes import _BUILTIN, _NOT_PROGRAM
from upyos.programs import absent

_KEYWORDS = "if while until for case function goto skip return break continue [ ! . shift".split()


def _candidates(name):
    """Return what NAME can run, as text, in the order of the search."""
    found = []
    kind, target = lookup.find(name)
    if kind == _BUILTIN or name in _KEYWORDS:
        found.append(name + ": builtin")
    if name in (state.aliases or ()):
        found.append("%s: alias for '%s'" % (name, state.aliases[name]))
    if "/" in name:
        if kind < _NOT_PROGRAM and target == (lookup.frozen(name[5:]) or (0, 0))[1]:
            return found + [".frozen/" + name[5:]]
        return found + [target] if kind < _NOT_PROGRAM else found
    for directory in lookup.directories():
        if directory == ".frozen":
            if lookup.frozen(name):
                found.append(".frozen/" + name)
        else:
            there = lookup.in_directory(directory, name)
            if there and there[0] != _NOT_PROGRAM:
                found.append(there[1])
    return found


def __main__(args):
    flags, names = command.options(args, "a")
    command.operands(names, 1)
    status = 0
    for name in names:
        found = _candidates(name)
        if not found:
            status = command.fail(name, absent.why(name))
        for text in found if "a" in flags else found[:1]:
            print(text)
    return status
