# SPDX-License-Identifier: MIT
"""A download that goes on in a later call: FILE.part, and what the server called FILE then.

FILE.tag is written before FILE.part is begun, and both go before another file's is. A power cut
leaves a beginning of the file with its tag, or none; FILE itself is as it was, or whole.
"""

import os

from micropython import const
from upyos.lib import files, paths

from webclient.download import validator

_PARTIAL = const(206)
_ENOSPC = const(28)


def _tag(path):
    """Return what the server called the file that FILE.part is the beginning of, or ""."""
    try:
        with open(path + ".tag") as file:
            return file.read()
    except (OSError, UnicodeError):
        return ""


def forget(path):
    """Remove what came until now."""
    files.discard(path + ".part")
    files.discard(path + ".tag")


def begin(path, request):
    """Let a request ask for what FILE.part lacks."""
    tag = _tag(path)
    if tag and paths.is_file(path + ".part"):
        request.validator = tag
        request.offset = paths.stat(path + ".part")[6]


def finish(path, source, stream):
    """Fill FILE.part up from stream, what a Download gives, and give it its name.

    Raises OSError, ValueError: FILE.part stays if the server can say what it belongs to, and if
    there is room.
    """
    mode = "ab"
    if source.response.status != _PARTIAL:
        forget(path)
        mode = "wb"
        if tag := validator(source.response):
            files.write_atomic(path + ".tag", tag)
    whole = full = False
    try:
        with open(path + ".part", mode) as target:
            files.pour(stream, target)
        whole = True
    except OSError as exc:
        full = exc.errno == _ENOSPC
        raise
    finally:
        if not whole and (full or not _tag(path)):
            forget(path)
    os.rename(path + ".part", path)
    forget(path)


def all_there(path, response):
    """Tell whether FILE.part was whole, as an answer 416 says; it has its name then."""
    size = paths.stat(path + ".part")[6]
    whole = response.headers.get("content-range") == "bytes */%d" % size
    if whole:
        os.rename(path + ".part", path)
    forget(path)
    return whole
