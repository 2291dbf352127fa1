# SPDX-License-Identifier: MIT
"""find PART [-r] [DIR]

Print the paths, sorted, of all files and directories in DIR (default: /) whose names contain PART.

-r  below DIR too

Source: upyOS; not the find of POSIX.1-2024.
"""

from upyos.lib import files, paths
from upyos.lib.command import fail, operands, options, write_all


def _matches(part, folder, deep):
    """Return the sorted paths of what is in folder, as it is spelled, or below it too."""
    top = paths.named(folder)
    skip = len(paths.join(top, ""))
    found = []
    in_order = True
    for path, entry in files.tree(top, deep):
        if entry and part in entry[0]:
            in_order = in_order and not (found and path < found[-1])
            found.append(path)
    if not in_order:
        found.sort()
    return [paths.join(folder, path[skip:]) for path in found]


def __main__(args):
    found, names = options(args, "r")
    operands(names, 1, 2)
    folder = names[1] if len(names) > 1 else "/"
    try:
        matches = _matches(names[0], folder, "r" in found)
        write_all(["Found: %s\n" % path for path in matches])
    except OSError as e:
        return fail(folder, e)
    return 0 if matches else 1
