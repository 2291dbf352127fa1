# SPDX-License-Identifier: MIT
"""Input of commands: files and standard input as binary streams."""

import io

import _upyos
from micropython import const
from upyos import process
from upyos.lib.command import fail, write

_BLOCK_BYTES = const(512)
_BATCH_BYTES = const(1024)
_LF = const(10)
_EISDIR = const(21)


def redirected():
    """Tell whether standard input is a file, a variable or a pipe, not the console."""
    return process.current().source is not None


def to_console():
    """Tell whether standard output of this command is the console."""
    before = _upyos.redirect(None)
    _upyos.redirect(before)
    return before is None


def standard_input():
    """Return standard input as a binary stream; what is typed has no seek()."""
    source = process.current().source
    if source is None:
        from upyos.lib.terminal import Typed

        source = Typed()
    return source


def open_file(name):
    """Open a file as a binary stream. Raises OSError."""
    if name == "/dev/null":
        return io.BytesIO()
    if ".." in name or "\0" in name or name[-1:] in ("", "/"):
        # littlefs does not know the parent of the root, and opens the root as a file
        from upyos.lib.paths import named

        path = named(name)
        if path == "/":
            raise OSError(_EISDIR)
        name = path if ".." in name else name
    return open(name, "rb")


def each(names, work):
    """Call work(stream, name) for each file, for standard input where there is none or for `-`.

    Returns the status: 1 if one of them could not be read or needed more memory than there is,
    which is said in an error line.
    """
    status = 0
    for name in names or ("-",):
        try:
            if name == "-":
                work(standard_input(), name)
            else:
                with open_file(name) as stream:
                    work(stream, name)
        except (OSError, MemoryError) as e:
            status = fail(name, e)
    return status


def excerpts(names, show):
    """Call show(stream), which returns the last byte it wrote, for each file as each() does.

    Several files get a line with their name. Returns the status.
    """
    last = _LF

    def headed(stream, name):
        nonlocal last
        if len(names) > 1:
            print("%s==> %s <==" % ("" if last == _LF else "\n", name))
        last = show(stream)

    status = each(names, headed)
    complete(last)
    return status


def new_block():
    """Return a memoryview to read into again and again."""
    return memoryview(bytearray(_BLOCK_BYTES))


def show(stream, block):
    """Copy a stream to standard output through block; return the last byte, a newline if none."""
    last = _LF
    while True:
        count = stream.readinto(block)
        if not count:
            return last
        write(block[:count])
        last = block[count - 1]


def complete(last):
    """End the line at the console if last, the byte before, does not."""
    if last != _LF and to_console():
        print()


def batches(stream):
    """Yield the lines of a stream, many at a time, as memoryviews that are valid until the next.

    A missing last newline is added. Needs memory for the longest line.
    """
    block = bytearray(_BATCH_BYTES)
    view = memoryview(block)
    held = 0
    while count := stream.readinto(view[held:]):
        held += count
        end = _upyos.whole_lines(view[:held])
        if end:
            yield view[:end]
            held -= end
            view[:held] = view[end : end + held]
        elif held == len(block):
            block.extend(bytes(_BATCH_BYTES))
            view = memoryview(block)
    if held:
        block[held] = _LF
        yield view[: held + 1]


def lines_back(stream, start, at, count):
    """Go to where so many lines before the place at begin, not before start; return the place.

    at is where a line begins, or the end.
    """
    # the byte before is not looked at: a newline there ends the last line
    ignored = 1
    while at > start and count:
        size = min(_BLOCK_BYTES, at - start)
        at -= size
        stream.seek(at)
        block = stream.read(size)
        end = size - ignored
        ignored = 0
        while (end := block.rfind(b"\n", 0, end)) >= 0:
            count -= 1
            if not count:
                return stream.seek(at + end + 1)
    return stream.seek(at)
