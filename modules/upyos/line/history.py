# SPDX-License-Identifier: MIT
"""The history beyond the ring in memory: its file.

The file has the lines in the order in which they were typed, one each. Lines are added to it, all
that it lacks at once: when nobody types for a while, when the ring has no room for one more, and
when the system is left. So a line typed costs a small part of one flash operation, and a loss of
power costs what was typed since the last pause.
"""

from micropython import const
from upyos import state

_FILE = const("/var/history")
_HEAD = const(4)
_UNSAVED = const(3)
_BLOCK_BYTES = const(256)
# A longer line was not typed: the file is damaged before it.
_LINE_MOST = const(250)
# A file that is larger, with twice as many lines, is cut to the newest ones.
_MOST_BYTES = const(4096)
_LINES = const(120)


def _ring():
    """Return the lines in memory, oldest first, bytes."""
    data = state.history
    if data is None:
        return []
    used = data[0] | data[1] << 8
    return bytes(data[_HEAD : _HEAD + used]).split(b"\n")[:-1]


def _unsaved():
    """Return the lines that the file lacks."""
    lines = _ring()
    return lines[len(lines) - state.history[_UNSAVED] :] if lines else lines


def lines():
    """Yield all lines, oldest first, bytes."""
    try:
        with open(_FILE, "rb") as file:
            for line in file:
                yield line.rstrip(b"\n")
    except OSError:
        # None was written yet.
        pass
    yield from _unsaved()


def backwards():
    """Yield all lines, newest first, bytes."""
    ring = _ring()
    ring.reverse()
    yield from ring
    known = len(ring) - state.history[_UNSAVED] if ring else 0
    for line in _file_backwards():
        if known:
            known -= 1
        else:
            yield line


def _file_backwards():
    """Yield the lines of the file, newest first; it is read in blocks, as far as it is wanted."""
    try:
        with open(_FILE, "rb") as file:
            at = file.seek(0, 2)
            rest = b""
            while at and len(rest) <= _LINE_MOST:
                size = min(at, _BLOCK_BYTES)
                at -= size
                file.seek(at)
                parts = (file.read(size) + rest).split(b"\n")
                rest = parts.pop(0)
                while parts:
                    line = parts.pop()
                    if line:
                        yield line
            if rest and not at:
                yield rest
    except OSError:
        return


def nth(lines, number):
    """Return one of some lines, the first with number 1, or None."""
    for line in lines:
        number -= 1
        if number == 0:
            return line
    return None


def text(line):
    """Return a line as text: what is none has no meaning here."""
    try:
        return line.decode()
    except UnicodeError:
        return bytes([b for b in line if b < 128]).decode()


def save():
    """Add to the file what it lacks.

    A power cut leaves the file without these lines (an empty one, if there was none) or with all
    of them; when it is shortened, the old one or the new one, and perhaps history.tmp: the next
    time it is overwritten.
    """
    new = _unsaved()
    if not new:
        return
    state.history[_UNSAVED] = 0
    try:
        with open(_FILE, "ab") as file:
            file.write(b"\n".join(new) + b"\n")
            size = file.tell()
        if size > _MOST_BYTES:
            _shorten()
    except OSError:
        # A full or missing file system costs the history only; the shell goes on.
        return


def _shorten():
    """Leave the newest lines alone in the file, if it has twice as many. Raises OSError."""
    count = sum(1 for _ in lines())
    if count > 2 * _LINES:
        from upyos.lib import files

        files.write_atomic(_FILE, _newest(count - _LINES))


def _newest(skip):
    """Yield the lines but for the first ones, with their ends."""
    for line in lines():
        if skip:
            skip -= 1
        else:
            yield line + b"\n"


def clear():
    """Forget all lines, in memory and in the file."""
    if state.history:
        state.history[:_HEAD] = bytes(_HEAD)
    from upyos.lib import files

    files.discard(_FILE)
