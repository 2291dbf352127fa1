# SPDX-License-Identifier: MIT
"""mv [-q] [-fv] SRC... DST

Rename a file or a directory; with a directory DST, move each SRC into it. A file that is there is
replaced, at once or, after a power cut, not at all.

-q  do not print what is moved
-f, -v  accepted: what is there is replaced, each is printed

Source: POSIX.1-2024 mv. Not provided: -i.
"""

from micropython import const
from upyos.lib import files, paths
from upyos.lib.command import fail, operands, options

_ENOENT = const(2)
_EACCES = const(13)
_ENOTDIR = const(20)
_EISDIR = const(21)


def _check(src, dst):
    """Return what is wrong with moving src to dst as (operand, reason), or None."""
    if not paths.exists(src):
        return src, OSError(_ENOENT)
    if not paths.is_dir(src):
        if paths.is_dir(dst):
            return dst, OSError(_EISDIR)
        return (dst, OSError(_ENOTDIR)) if dst[-1:] == "/" else None
    if paths.within(dst, src):
        return src, "cannot be moved into itself"
    return (dst, OSError(_ENOTDIR)) if paths.is_file(dst) else None


def _move(src, dst, quiet):
    """Move one operand to its final name; return the status."""
    if paths.exists(src) and paths.absolute(src) == paths.absolute(dst):
        return 0
    wrong = _check(src, dst)
    if wrong:
        return fail(*wrong)
    try:
        files.move(src, dst)
    except OSError as e:
        return fail(src if e.errno == _EACCES and not paths.protected(dst) else dst, e)
    if not quiet:
        print(src, "->", dst)
    return 0


def __main__(args):
    found, names = options(args, "qfv")
    operands(names, 2)
    dst = names.pop()
    into = paths.is_dir(dst)
    if len(names) > 1 and not into:
        return fail(dst, OSError(_ENOTDIR if paths.exists(dst) else _ENOENT))
    status = 0
    for src in names:
        target = dst
        # a directory moved onto itself stays where it is
        if into and paths.absolute(src) != paths.absolute(dst):
            target = paths.join(dst, paths.split(paths.absolute(src))[1])
        status |= _move(src, target, "q" in found)
    return status
