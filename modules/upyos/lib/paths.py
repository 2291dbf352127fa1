# SPDX-License-Identifier: MIT
"""Paths: normal form, kind, protection. Pure: runs on CPython too."""

import os

import sdata
from micropython import const

_ENOENT = const(2)
_EACCES = const(13)
_ENOTDIR = const(20)
_EINVAL = const(22)
_DIRECTORY = const(0x4000)


def absolute(path):
    """Return the normal form of a path: absolute, without `.`, `..` and `//`.

    It ends before a NUL, as it does for the file systems, which are in C.
    """
    if "\0" in path:
        path = path[: path.find("\0")]
    if path[:1] != "/":
        path = os.getcwd() + "/" + path
    if "//" not in path and "/." not in path and path[-1] != "/":
        return path
    parts = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part and part != ".":
            parts.append(part)
    return "/" + "/".join(parts)


def join(folder, name):
    """Return the path of name in folder; an absolute name stays."""
    if name[:1] == "/" or not folder:
        return name
    return folder + name if folder[-1] == "/" else folder + "/" + name


def split(path):
    """Return (folder, name) of a path; the folder of `x` is empty, that of `/x` is `/`."""
    path = path.rstrip("/") or path[:1]
    at = path.rfind("/") + 1
    return path[:at].rstrip("/") or path[:at][:1], path[at:]


def named(path):
    """Return the normal form of a path that the user named.

    Raises OSError, ENOENT for an empty one: that of an unset variable must not stand for the
    current directory; EINVAL for one with a NUL: it would stand for another file.
    """
    if not path:
        raise OSError(_ENOENT)
    if "\0" in path:
        raise OSError(_EINVAL)
    return absolute(path)


def file_named(path):
    """Return the normal form of a path for a file that may be new.

    Raises OSError as named() does, and ENOTDIR for one that only a directory can have.
    """
    name = named(path)
    if path[-1] == "/" and not is_dir(name):
        raise OSError(_ENOTDIR)
    return name


def stat(path):
    """Return os.stat of a path. Raises OSError, for an empty one too."""
    if not path or ".." in path or "\0" in path:
        # littlefs does not know the parent of the root
        path = named(path)
    if sdata.cache_enabled:
        from upyos.lib import cache

        return cache.stat(path)
    return os.stat(path)


def mode(path):
    """Return the mode bits of a path, 0 when it is absent; an empty path is."""
    try:
        return stat(path)[0]
    except OSError:
        return 0


def exists(path):
    """Tell whether there is a file or a directory of that name."""
    return mode(path) != 0


def is_dir(path):
    """Tell whether path is a directory; False when absent."""
    return mode(path) & _DIRECTORY != 0


def is_file(path):
    """Tell whether path is a file; False when absent."""
    return mode(path) & _DIRECTORY == 0 and exists(path)


def protected_paths():
    """Return the normal forms of all protected paths (`pfiles` of the configuration)."""
    return [absolute(path) for path in sdata.sysconfig["pfiles"]]


def protected(path):
    """Tell whether path, under whatever spelling, is protected."""
    return absolute(path) in protected_paths()


def guard(path):
    """Raise OSError(EACCES) if path is protected or a directory that contains a protected file."""
    path = named(path)
    below = join(path, "")
    for entry in protected_paths():
        if entry == path or entry.startswith(below) and exists(entry):
            raise OSError(_EACCES)


def within(path, folder):
    """Tell whether path is folder or below it."""
    return join(absolute(path), "").startswith(join(absolute(folder), ""))
