# SPDX-License-Identifier: MIT
"""tree [DIR]

Print the names of all that is below DIR (default: the current directory), sorted, two blanks for
each level, and how many there are. Directories end with /.

Source: upyOS; not the format of the tree of Linux.
"""

from micropython import const
from upyos.lib import files, paths
from upyos.lib.command import fail, operands, options, write_all

_DIRECTORY = const(0x4000)


def _rows(top):
    """Yield the lines of a directory."""
    counts = [0, 0]
    indent = ""
    for _, entry in files.tree(top):
        if entry is None:
            indent = indent[2:]
        elif entry[1] == _DIRECTORY:
            counts[0] += 1
            yield indent + entry[0] + "/\n"
            indent += "  "
        else:
            counts[1] += 1
            yield indent + entry[0] + "\n"
    yield "%d directories, %d files\n" % tuple(counts)


def __main__(args):
    names = options(args, "")[1]
    operands(names, 0, 1)
    name = names[0] if names else "."
    try:
        write_all(_rows(paths.named(name)))
    except OSError as e:
        return fail(name, e)
