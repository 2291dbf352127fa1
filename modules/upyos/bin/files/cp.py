# SPDX-License-Identifier: MIT
"""cp [-rRaq] [-fpv] SRC... DST

Copy files, and with -r directories with all they hold. Several SRC need a directory DST.
A file that is there is replaced when the copy is whole: after a power cut or on a full file
system it is as it was.

-r, -R, -a  copy directories too
-q  do not print what is copied
-f, -p, -v  accepted: what is there is replaced, a copy has a time of its own, each is printed

Source: POSIX.1-2024 cp. Not provided: -i, -P, -H, -L.
"""

from micropython import const
from upyos.lib import files, paths
from upyos.lib.command import fail, operands, options

_EISDIR = const(21)
_ENOTDIR = const(20)
_ENOENT = const(2)


def _copy(src, dst, quiet):
    """Copy one file; return the status."""
    if paths.absolute(src) == paths.absolute(dst):
        return fail(src, "is the same file as " + dst)
    try:
        files.copy(src, dst)
    except OSError as e:
        # the side that cannot be read, else the one that cannot be written
        return fail(src if not paths.is_file(src) else dst, e)
    if not quiet:
        print(src, "->", dst)
    return 0


def _copy_tree(src, dst, quiet):
    """Copy a directory; return the status."""
    if paths.within(dst, src):
        return fail(src, "cannot be copied into itself")
    if paths.is_file(dst):
        return fail(dst, OSError(_ENOTDIR))
    status = 0
    try:
        for source, target in files.pairs(paths.absolute(src), paths.absolute(dst)):
            status |= _copy(source, target, quiet)
    except OSError as e:
        status = fail(dst, e)
    return status


def _operand(src, dst, found):
    """Copy one operand to its final name; return the status."""
    if not paths.is_dir(src):
        return _copy(src, dst, "q" in found)
    if not [letter for letter in "rRa" if letter in found]:
        return fail(src, OSError(_EISDIR))
    return _copy_tree(src, dst, "q" in found)


def __main__(args):
    found, names = options(args, "rRaqfpv")
    operands(names, 2)
    dst = names.pop()
    into = paths.is_dir(dst)
    lone = dst and (dst[-1] != "/" or paths.is_dir(names[0]))
    if not into and (len(names) > 1 or not lone):
        return fail(dst, OSError(_ENOTDIR if paths.exists(dst) else _ENOENT))
    status = 0
    for src in names:
        name = paths.split(paths.absolute(src))[1]
        status |= _operand(src, paths.join(dst, name) if into else dst, found)
    return status
