# SPDX-License-Identifier: MIT
"""help [CMD]

Show the commands that can be found; with CMD, or a statement such as if, its usage and options.
"""

import _upyos
import sdata
from micropython import const
from upyos import lookup, state
from upyos.lib import command
from upyos.lib.codes import _NOT_PROGRAM

_DIRECTORY = const(0x4000)
_SUFFIXES = const((".py", ".mpy", ".sh"))
_BLOCK_CHARACTERS = const(512)


def _page(name):
    """Print the help of one command; return the status."""
    from upyos.programs import absent, manual

    text = manual.text(name)
    if not text:
        there = lookup.find(name)[0] < _NOT_PROGRAM
        return command.fail(name, "no help" if there else absent.why(name))
    print("usage: " + text)
    return 0


def _names():
    """Return the names of all commands that can be found, a line each, some twice."""
    from upyos.made.index import COMMANDS

    names = list(state.aliases or ())
    for directory in lookup.directories():
        if directory[:1] != "/":
            continue
        try:
            for entry in _upyos.entries(directory):
                name = entry[0]
                if name.endswith(_SUFFIXES) and not entry[1] & _DIRECTORY:
                    names.append(name[: name.rfind(".")])
        except OSError:
            # A directory of the path that is not there has no commands.
            continue
    names += lookup.BUILTIN_NAMES.split()
    return (COMMANDS + "\n".join(names) + "\n").encode()


def _text():
    try:
        with open("/etc/help.txt") as file:
            while text := file.read(_BLOCK_CHARACTERS):
                command.write(text)
    except OSError:
        # The user removed it.
        return


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 0, 1)
    if rest:
        return _page(rest[0])
    print(sdata.name, sdata.version)
    _text()
    names = _names()
    command.write(_upyos.rows(names, _upyos.sort(names, 0, False, False, True)))
    return 0
