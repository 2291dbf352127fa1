# SPDX-License-Identifier: MIT
"""Files: written and copied so that a power cut leaves the old or the new content; trees.

A copy grows as `/var/.part<pid>` and is renamed when it is whole (in the target's own directory
where that is on another file system, or /var is gone). What a power cut leaves of it is removed by
the next copy.
"""

import os

import _upyos
import sdata
from micropython import const
from upyos import process
from upyos.lib import paths

_BLOCK_BYTES = const(1024)
_DIRECTORY = const(0x4000)
_EPERM = const(1)
_ENOENT = const(2)
_EISDIR = const(21)


def write_atomic(path, data):
    """Replace the content of a file by data: str, bytes, or the pieces of it, bytes each.

    It goes to `<name>.tmp` first: a power cut leaves the old or the new content, and perhaps that
    file, which is removed at start. Raises OSError; the old content is then still there.
    """
    temporary = path + ".tmp"
    pieces = (data,) if isinstance(data, (str, bytes)) else data
    try:
        with open(temporary, "w" if isinstance(data, str) else "wb") as target:
            for piece in pieces:
                target.write(piece)
        os.rename(temporary, path)
    finally:
        discard(temporary)


def copy(src, dst):
    """Copy a file over dst or to a new one; see fill."""
    with open(paths.named(src), "rb") as source:
        fill(dst, source)


def fill(path, source):
    """Replace the content of a file, or make it, by what is left in the stream source.

    A power cut leaves the file as it was, or whole. Raises OSError, EACCES if it is protected; it
    is as it was then, and after Ctrl-C.
    """
    path = paths.file_named(path)
    check_target(path)
    if path == "/dev/null":
        return pour(source, None)
    temporary = part_of(path)
    try:
        with open(temporary, "wb") as target:
            pour(source, target)
        os.rename(temporary, path)
    finally:
        discard(temporary)


def check_target(path):
    """Raise OSError if no file can stand at path, before anything is copied."""
    if path == "/dev/null":
        return
    paths.guard(path)
    if paths.is_dir(path):
        raise OSError(_EISDIR)
    if not paths.is_dir(paths.split(path)[0]):
        raise OSError(_ENOENT)


def pour(source, target):
    """Write what is left in the stream source to target, or nowhere."""
    block = memoryview(bytearray(_BLOCK_BYTES))
    while True:
        count = source.readinto(block)
        if not count:
            return
        if target:
            target.write(block if count == _BLOCK_BYTES else block[:count])


def discard(path):
    """Remove a file that need not be there."""
    try:
        os.remove(path)
    except OSError:
        pass


def part_of(path):
    """Return the name under which the file for path grows; remove leftovers of earlier copies."""
    import vfs

    folder = "/var"
    for mount in vfs.mount():
        if mount[1] != "/" and paths.within(path, mount[1]):
            folder = paths.split(path)[0]
    if not paths.is_dir(folder):
        folder = paths.split(path)[0]
    for entry in os.ilistdir(folder):
        name = entry[0]
        if name[:5] == ".part" and name[5:].isdigit() and not process.find(int(name[5:])):
            discard(paths.join(folder, name))
    current = process.current()
    return paths.join(folder, ".part%d" % (current.pid if current else 0))


def entries(folder):
    """Return the entries of a directory, sorted: tuples (name, type, time in s or None, size).

    Sizes are bytes; the time is None where the file system is not littlefs.
    """
    if sdata.cache_enabled:
        from upyos.lib import cache

        found = cache.entries(folder)
    else:
        found = _upyos.entries(folder)
    # littlefs keeps them sorted, and the sort of MicroPython is slowest for what is sorted
    before = ""
    for entry in found:
        if entry[0] < before:
            found.sort(key=_name)
            break
        before = entry[0]
    return found


def _name(entry):
    return entry[0]


def tree(top, deep=True):
    """Yield (path, entry) for what is below a directory, sorted, each before what it holds.

    A directory that was entered comes once more when it is done, as (path, None), top last; top
    alone is entered if not deep.
    """
    pending = [(top, iter(entries(top)))]
    while pending:
        folder, rest = pending[-1]
        for entry in rest:
            path = paths.join(folder, entry[0])
            yield path, entry
            if deep and entry[1] == _DIRECTORY:
                pending.append((path, iter(entries(path))))
                break
        else:
            pending.pop()
            yield folder, None


def below(folder, deep):
    """Yield the paths of the files in a directory, with deep of those below it too."""
    for path, entry in tree(folder, deep):
        if entry and entry[1] != _DIRECTORY:
            yield path


def remove_tree(top):
    """Remove a directory with its content.

    A power cut leaves a part of the tree, each file of it whole. Raises OSError, EACCES before
    anything is removed if the tree holds a protected file.
    """
    paths.guard(top)
    for path, entry in tree(top):
        if entry is None:
            os.rmdir(path)
        elif entry[1] != _DIRECTORY:
            os.remove(path)


def pairs(src, dst):
    """Make the directories of the tree src under dst; yield (source, target) for each file."""
    _make(dst)
    skip = len(paths.join(src, ""))
    for path, entry in tree(src):
        target = paths.join(dst, path[skip:])
        if entry is None:
            continue
        if entry[1] == _DIRECTORY:
            _make(target)
        else:
            yield path, target


def _make(folder):
    if not paths.is_dir(folder):
        os.mkdir(folder)


def move(src, dst):
    """Rename a file or a directory; onto another file system it is copied, then removed.

    A power cut leaves it in the old place, in the new one, or (other file system) in both.
    """
    paths.guard(src)
    paths.guard(dst)
    src = paths.absolute(src)
    dst = paths.absolute(dst)
    try:
        os.rename(src, dst)
    except OSError as e:
        if e.errno != _EPERM:
            raise
        _carry(src, dst)


def _carry(src, dst):
    """Move between file systems."""
    if not paths.is_dir(src):
        copy(src, dst)
        os.remove(src)
        return
    for source, target in pairs(src, dst):
        copy(source, target)
    remove_tree(src)
