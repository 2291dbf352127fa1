# SPDX-License-Identifier: MIT
"""touch FILE...

Create empty files; renew the time of those that exist. Their content stays.

Source: POSIX.1-2024 touch. Not provided: -a, -c, -d, -m, -r, -t.
"""

from upyos.lib import paths
from upyos.lib.command import fail, operands, options


def _touch(path):
    """Create a file or renew its time.

    littlefs stores the time with the content, so the last byte is written again; a power cut
    leaves the file as it was, or with the new time.
    """
    paths.guard(path)
    with open(path, "ab") as stream:
        size = stream.seek(0, 2)
    if not size:
        open(path, "wb").close()
        return
    with open(path, "r+b") as stream:
        stream.seek(size - 1)
        last = stream.read(1)
        stream.seek(size - 1)
        stream.write(last)


def __main__(args):
    names = options(args, "")[1]
    operands(names, 1)
    status = 0
    for name in names:
        try:
            _touch(paths.file_named(name))
        except OSError as e:
            status = fail(name, e)
    return status
