# SPDX-License-Identifier: MIT
"""gzip: packed and unpacked as streams, for programs and the commands gzip, gunzip, zcat and tar.

Source: RFC 1952 (gzip), by MicroPython's module deflate.
"""

import io
import os

import deflate
from micropython import const
from upyos.lib import files, paths, streams
from upyos.lib.command import fail, write

_BLOCK_BYTES = const(1024)
# So far back texts are looked for that come again; so much memory is needed: 2 ** this.
_WINDOW_BITS = const(10)
# Of no bytes: then nothing is written at all.
_EMPTY = const(b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0")


def unpacked(stream):
    """Return a stream of what a gzip file holds, all its members one after the other.

    Up to 32 KiB of memory are needed for the window that the file asks for. Reading raises
    OSError, EINVAL for what is none, EOFError for one that is cut off.
    """
    # a pipe is a file, or no stream of MicroPython's own
    return _Members(getattr(stream, "file", stream))


class _Members:
    """What the members of a gzip file hold; what stands behind them and is none is left out."""

    def __init__(self, stream):
        self.stream = stream
        self.member = deflate.DeflateIO(stream, deflate.GZIP)

    def readinto(self, block):
        count = self.member.readinto(block)
        while not count and is_packed(self.stream):
            # the window of the one before goes first
            self.member = None
            self.member = deflate.DeflateIO(self.stream, deflate.GZIP)
            count = self.member.readinto(block)
        return count


def is_packed(stream):
    """Tell whether what is left in a stream begins as gzip does; it is left where it stands."""
    if not hasattr(stream, "seek"):
        return False
    begin = stream.read(2)
    stream.seek(-len(begin), 1)
    return begin == b"\x1f\x8b"


def packed(pieces):
    """Yield pieces of bytes as those of a gzip file."""
    kept = io.BytesIO()
    packer = deflate.DeflateIO(kept, deflate.GZIP, _WINDOW_BITS)
    is_empty = True
    for piece in pieces:
        is_empty = False
        packer.write(piece)
        yield _taken(kept)
    packer.close()
    yield _EMPTY if is_empty else _taken(kept)


def _taken(kept):
    """Return what was written since the last call."""
    count = kept.tell()
    kept.seek(0)
    data = kept.read(count)
    kept.seek(0)
    return data


def blocks(stream):
    """Yield what is left in a stream, block by block: each is valid until the next."""
    block = memoryview(bytearray(_BLOCK_BYTES))
    while count := stream.readinto(block):
        yield block[:count]


def all(names, unpack, to_output, keeps):
    """Pack or unpack files as gzip does; return the status."""
    status = 0
    for name in names or ("-",):
        try:
            if name == "-":
                _copy(streams.standard_input(), unpack)
            else:
                status = _file(name, unpack, to_output, keeps) or status
        except EOFError:
            status = fail(name, "cut off")
        except (OSError, MemoryError) as e:
            status = fail(name, e)
    return status


def _pieces(stream, unpack):
    return blocks(unpacked(stream)) if unpack else packed(blocks(stream))


def _copy(stream, unpack):
    for piece in _pieces(stream, unpack):
        write(piece)


def _file(name, unpack, to_output, keeps):
    """Pack or unpack one file; return the status. Raises OSError, EOFError."""
    is_packed = name.endswith(".gz")
    if not to_output and is_packed != unpack:
        return fail(name, "has .gz already" if is_packed else "has no .gz")
    with streams.open_file(name) as stream:
        if to_output:
            _copy(stream, unpack)
            return 0
        new = name[:-3] if is_packed else name + ".gz"
        if paths.exists(new):
            return fail(new, "file exists")
        path = paths.file_named(new)
        paths.guard(path)
        if not keeps:
            paths.guard(name)
        files.write_atomic(path, _pieces(stream, unpack))
    if not keeps:
        os.remove(paths.named(name))
    return 0
