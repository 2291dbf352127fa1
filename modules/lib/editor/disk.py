# SPDX-License-Identifier: MIT
"""Files: loading a text, saving it."""

import gc
import os

import _upyos
from micropython import const
from upyos.lib import files, paths

from editor import buffer

_EISDIR = const(21)
_ENOENT = const(2)
_EFBIG = const(27)
# What must stay free besides the text, for the screen, the last changes and whoever else runs: so
# much, and of a small heap such a part.
_RESERVE_BYTES = const(16384)
_RESERVE_PART = const(4)


def load(file):
    """Return (path, buffer, stamp) of a file; a new one has no stamp, "" no path either.

    The stamp changes with the file. Raises OSError, see editor.edit.
    """
    text = buffer.Buffer()
    if not file:
        return "", text, None
    path = paths.absolute(file)
    paths.guard(path)
    found = stamp(path)
    if found is None:
        if not paths.is_dir(paths.split(path)[0]):
            raise OSError(_ENOENT)
    elif paths.is_dir(path):
        raise OSError(_EISDIR)
    else:
        _fill(text, path, found[0])
    return path, text, found


def _fill(text, path, size_bytes):
    gc.collect()
    # blocks are no larger than their text, but for a few bytes each
    total, _, free, _ = _upyos.heap()
    reserve = min(_RESERVE_BYTES, total // _RESERVE_PART)
    if size_bytes + size_bytes // 16 + reserve > free:
        raise OSError(_EFBIG)
    try:
        with open(path, "rb") as stream:
            text.load(stream)
    except MemoryError:
        text.blocks.clear()
        raise OSError(_EFBIG) from None


def stamp(path):
    """Return (size, time) of a file, None if there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found[6], found[8]


def save(text, path):
    """Write a text to a file; return its stamp.

    A power cut leaves the old content or the new one, and perhaps `<name>.tmp`. Raises OSError;
    the file is then as it was.
    """
    paths.guard(path)
    if paths.is_dir(path):
        raise OSError(_EISDIR)
    files.write_atomic(path, text.pieces())
    return stamp(path)


def about(path, text, stamp, done=""):
    """Return what is said of a file that was read or written, bytes."""
    if not path:
        return b""
    if stamp is None:
        return ('"%s" [New]' % path).encode()
    notes = "" if text.is_ended else " [noeol]"
    notes += " [dos]" if len(text.eol) > 1 else ""
    lines = 0 if text.is_empty else text.lines
    return ('"%s"%s %dL, %dB%s' % (path, notes, lines, stamp[0], done)).encode()


def title(path, is_changed):
    """Return what stands in the last row when there is nothing to say, bytes."""
    return ((path or "[No Name]") + (" [+]" if is_changed else "")).encode()
