# SPDX-License-Identifier: MIT
"""wget [-c] [-q] [-O FILE] [-C CERTS] URL

Get URL (http, or https where the board has TLS) into FILE, or a file named after the last part of
its path, or `index`. It gets its new content when all is there: a failure or a power cut leave the
old one. A connection that breaks is opened again where it broke, if the server can say that the
file is still the same.

-c        keep what came in FILE.part when it fails, and go on from there the next time
-q        neither progress nor size
-O FILE   the name of the file; - is standard output
-C CERTS  trust the certificates of this file (PEM or DER) alone, not those of /etc/roots.pem

Source: RFC 9110, 9112; GNU wget. Not provided: several URL, recursion, cookies.
"""

from micropython import const
from upyos.lib import files, paths, streams
from upyos.lib.command import fail, operands, options
from webclient import Request, Url
from webclient.download import Download

_ALL_THERE = const(416)
_ENOSPC = const(28)


def _stream(source, quiet):
    """Return the stream to read: with a bar at the terminal."""
    if quiet or not streams.to_console():
        return source
    from webclient.bar import Shown

    return Shown(source)


def _save(path, source, keep, quiet):
    """Store what a download gives; return the status. Raises OSError, ValueError."""
    if path == "-":
        streams.show(source, streams.new_block())
        return 0
    try:
        if path != "/dev/null":
            source.check_room(paths.split(path)[0])
        stream = _stream(source, quiet)
        if keep:
            from webclient import resume

            resume.finish(path, source, stream)
        else:
            files.fill(path, stream)
    except OSError as e:
        if e.errno != _ENOSPC:
            raise
        return fail(path, e)
    if not quiet:
        print("%s: %d bytes" % (path, source.at))
    return 0


def _get(url, path, request, keep, quiet):
    """Get url into path; return the status. Raises OSError, ValueError, ImportError."""
    if keep:
        from webclient import resume

        resume.begin(path, request)
    with Download(url, request) as source:
        if source.response.status == _ALL_THERE and request.offset:
            if resume.all_there(path, source.response):
                return 0
            return fail(url, "not the same file any more: try again")
        why = source.refused()
        return fail(url, why) if why else _save(path, source, keep, quiet)


def __main__(args):
    found, words = options(args, "cq", "OC")
    operands(words, 1, 1)
    url = words[0]
    request = Request()
    request.certificates = found.get("C")
    try:
        path = found.get("O") or Url(url).file_name() or "index"
        try:
            if path != "-":
                path = paths.file_named(path)
                files.check_target(path)
        except OSError as e:
            return fail(path, e)
        return _get(url, path, request, "c" in found, "q" in found)
    except ImportError as e:
        return fail(url, str(e) if "TLS" in str(e) else "this board has no network")
    except (OSError, ValueError) as e:
        return fail(url, e)
