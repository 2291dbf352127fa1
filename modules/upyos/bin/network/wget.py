# SPDX-License-Identifier: MIT
"""wget [-c] [-q] [-O FILE] [-C CERTS] URL

Get URL (http, or https where the board has TLS) into FILE, or a file named after the last part of
its path, or `index`. It gets its new content when all is there: a failure or a power cut leave the
old one. A connection that breaks is opened again where it broke, if the server can say that the
file is still the same.

-c        keep what came in FILE.part when it fails, and go on from there the next time
-q        neither progress nor size
-O FILE   the name of the file
-C CERTS  trust the certificates of this file (PEM or DER) alone, not those of /etc/roots.pem

Source: RFC 9110, 9112; GNU wget. Not provided: several URL, recursion, cookies.
"""

import os

from upyos.lib import files, paths, streams
from upyos.lib.command import fail, operands, options
from webclient import Request, Url
from webclient.download import Download, validator

_PARTIAL = 206
_ALL_THERE = 416


def _stream(source, quiet):
    """Return the stream to read: with a bar at the terminal."""
    if quiet or not streams.to_console():
        return source
    from webclient.bar import Shown

    return Shown(source)


def _tag(path):
    """Return what the server called the file that FILE.part is the beginning of, or ""."""
    try:
        with open(path + ".tag") as file:
            return file.read()
    except (OSError, UnicodeError):
        return ""


def _forget(path):
    files.discard(path + ".part")
    files.discard(path + ".tag")


def _begin(path, request):
    """Let the request ask for what FILE.part lacks."""
    if paths.is_file(path + ".part") and _tag(path):
        request.validator = _tag(path)
        request.offset = paths.stat(path + ".part")[6]


def _continue(path, source, quiet):
    """Fill FILE.part up and give it its name. A power cut leaves it, with the tag of its file."""
    mode = "ab"
    if source.response.status != _PARTIAL:
        _forget(path)
        mode = "wb"
        if tag := validator(source.response):
            files.write_atomic(path + ".tag", tag)
    try:
        with open(path + ".part", mode) as target:
            files.pour(_stream(source, quiet), target)
    except BaseException:
        if not _tag(path):
            _forget(path)
        raise
    os.rename(path + ".part", path)
    _forget(path)


def _no_rest(url, path, size, response):
    """FILE.part is whole, or another file has this name now; return the status."""
    whole = response.headers.get("content-range") == "bytes */%d" % size
    if whole:
        os.rename(path + ".part", path)
    _forget(path)
    return 0 if whole else fail(url, "not the same file any more: try again")


def _save(path, source, keep, quiet):
    """Store what a download gives. Raises OSError, ValueError."""
    source.check_room(paths.split(path)[0])
    if keep:
        _continue(path, source, quiet)
    else:
        files.fill(path, _stream(source, quiet))
    if not quiet:
        print("%s: %d bytes" % (path, source.at))


def _get(url, path, request, keep, quiet):
    """Get url into path; return the status."""
    if keep:
        _begin(path, request)
    with Download(url, request) as source:
        if source.response.status == _ALL_THERE and request.offset:
            return _no_rest(url, path, request.offset, source.response)
        why = source.refused()
        if why:
            return fail(url, why)
        try:
            _save(path, source, keep, quiet)
        except OSError as e:
            if e.errno != 28:
                raise
            _forget(path)
            return fail(path, e)
    return 0


def __main__(args):
    found, words = options(args, "cq", "OC")
    operands(words, 1, 1)
    url = words[0]
    request = Request()
    request.certificates = found.get("C")
    try:
        path = found.get("O") or Url(url).file_name() or "index"
        try:
            path = paths.file_named(path)
            files.check_target(path)
        except OSError as e:
            return fail(path, e)
        return _get(url, path, request, "c" in found, "q" in found)
    except ImportError as e:
        return fail(url, str(e) if "TLS" in str(e) else "this board has no network")
    except (OSError, ValueError) as e:
        return fail(url, e)
