# SPDX-License-Identifier: MIT
"""dd [if=FILE] [of=FILE] [bs=N] [count=N] [skip=N] [seek=N] [conv=notrunc]

Copy N blocks of N bytes (512) from one FILE, or standard input, to another one, or standard
output, and tell how many bytes they had. k and M behind a number are 1024 and 1048576.

skip  so many blocks of the input are left out
seek  so many blocks of the output stay, and what is behind those that are written
conv=notrunc  the output stays where nothing is written

/dev/zero, /dev/urandom and /dev/null are known. A power cut leaves what was written so far.

Source: POSIX.1-2024 dd. Not provided: ibs, obs, other conversions, devices.
"""

import os

from micropython import const
from upyos.lib import paths, streams
from upyos.lib.command import UsageError, fail, natural, options, write

_BLOCK_BYTES = const(512)
_KEYS = const(("if", "of", "bs", "count", "skip", "seek", "conv"))


class _Device:
    """Zeros or random bytes without end; takes all that is written."""

    def __init__(self, name):
        self.is_random = name == "/dev/urandom"

    def read(self, count):
        return os.urandom(count) if self.is_random else bytes(count)

    def write(self, data):
        return len(data)

    def close(self):
        """Do nothing."""


def _number(text):
    """Return a number of blocks or bytes. Raises UsageError."""
    unit = {"k": 1024, "K": 1024, "M": 1048576}.get(text[-1:], 1)
    return natural(text if unit == 1 else text[:-1]) * unit


def _input(name):
    """Return what is read. Raises OSError."""
    if name in ("/dev/zero", "/dev/urandom"):
        return _Device(name)
    return streams.open_file(name) if name else streams.standard_input()


def _output(name, seek_bytes, keeps):
    """Return what is written to; None is standard output. Raises OSError."""
    if name == "/dev/null" or not name:
        return _Device(name) if name else None
    path = paths.file_named(name)
    paths.guard(path)
    file = open(path, "r+b" if (keeps or seek_bytes) and paths.exists(path) else "wb")
    missing = seek_bytes - file.seek(0, 2)
    while missing > 0:
        missing -= file.write(bytes(min(missing, _BLOCK_BYTES)))
    file.seek(seek_bytes)
    return file


def _copy(source, target, size, count):
    """Copy so many blocks, all if count is None; return how many bytes they had."""
    total = 0
    while count is None or count:
        data = source.read(size)
        if not data:
            break
        (target.write if target else write)(data)
        total += len(data)
        count = count and count - 1
    return total


def _settings(args):
    """Return the words as {key: value}. Raises UsageError."""
    found = {}
    for word in args:
        key, sign, value = word.partition("=")
        if key not in _KEYS or not sign or key == "conv" and value != "notrunc":
            raise UsageError
        found[key] = value
    return found


def __main__(args):
    options([word for word in args if word[:1] == "-"], "")
    found = _settings(args)
    size = _number(found.get("bs", "512"))
    count = _number(found["count"]) if "count" in found else None
    skip = _number(found.get("skip", "0"))
    if not size:
        raise UsageError
    source = target = None
    name = found.get("if", "-")
    try:
        source = _input(found.get("if"))
        name = found.get("of", "-")
        target = _output(found.get("of"), _number(found.get("seek", "0")) * size, "conv" in found)
        _copy(source, _Device(""), size, skip)
        total = _copy(source, target, size, count)
    except (OSError, MemoryError) as e:
        return fail(name, e)
    finally:
        for key, file in (("if", source), ("of", target)):
            if file and key in found:
                file.close()
    if target:
        print("%d bytes copied" % total)
    return 0
