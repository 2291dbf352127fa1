# SPDX-License-Identifier: MIT
"""tee [-a] FILE...

Copy standard input to standard output and to each FILE. A FILE that cannot be written is named in
an error line; the others, and the output, go on.

-a  append to the FILEs

A FILE gets its new content when all input is read: a power cut before that leaves the old one, or
an empty file where there was none.

Source: POSIX.1-2024 tee. Not provided: -i.
"""

from upyos.lib import paths, streams
from upyos.lib.command import fail, operands, options, write


def _opened(name, mode):
    """Return a file to write to. Raises OSError, EACCES if it is protected."""
    path = paths.file_named(name)
    paths.guard(path)
    return open(path, mode)


def _unless_failed(name, failed, work, *args):
    """Return work(*args); None after an error with this file, which is said once."""
    if name in failed:
        return None
    try:
        return work(*args)
    except OSError as e:
        fail(name, e)
        failed.append(name)


def __main__(args):
    found, names = options(args, "a")
    operands(names, 1)
    mode = "ab" if "a" in found else "wb"
    failed = []
    files = [(name, _unless_failed(name, failed, _opened, name, mode)) for name in names]
    block = streams.new_block()

    def copy(stream, _):
        while count := stream.readinto(block):
            write(block[:count])
            for name, file in files:
                _unless_failed(name, failed, file and file.write, block[:count])

    try:
        status = streams.each((), copy)
    finally:
        for name, file in files:
            _unless_failed(name, failed, file and file.close)
    return 1 if failed else status
