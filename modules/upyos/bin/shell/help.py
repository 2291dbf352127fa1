# SPDX-License-Identifier: MIT
"""help [CMD]

Show the commands that can be found; with CMD, or a statement such as if, its usage and options.
"""

import os

import sdata
from micropython import const
from upyos import lookup, state
from upyos.lib import command
from upyos.lib.codes import _NOT_PROGRAM
from upyos.made.index import COMMANDS
from upyos.programs import absent, manual

_DIRECTORY = const(0x4000)


def _page(name):
    """Print the help of one command; return the status."""
    text = manual.text(name)
    if not text:
        there = lookup.find(name)[0] < _NOT_PROGRAM
        return command.fail(name, "no help" if there else absent.why(name))
    print("usage: " + text)
    return 0


def _names():
    """Return the names of all commands that can be found, sorted."""
    names = set(lookup.BUILTIN_NAMES.split())
    names.update(COMMANDS.split())
    names.update(state.aliases or ())
    for directory in lookup.directories():
        if directory[:1] != "/":
            continue
        try:
            for entry in os.ilistdir(directory):
                stem, _, suffix = entry[0].rpartition(".")
                if suffix in ("py", "mpy", "sh") and not entry[1] & _DIRECTORY:
                    names.add(stem)
        except OSError:
            # A directory of the path that is not there has no commands.
            continue
    return sorted(names)


def _text():
    try:
        with open("/etc/help.txt") as file:
            for line in file:
                print(line, end="")
    except OSError:
        # The user removed it.
        return


def _show(row):
    print("%-12s" * len(row) % tuple(row))


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 0, 1)
    if rest:
        return _page(rest[0])
    print(sdata.name, sdata.version)
    _text()
    row = []
    width = 0
    for name in _names():
        if width > 65:
            _show(row)
            row = []
            width = 0
        row.append(name)
        width += max(12, len(name))
    _show(row)
    return 0
