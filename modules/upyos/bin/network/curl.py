# SPDX-License-Identifier: MIT
"""curl [-X METHOD] [-H HEADER]... [-d DATA] [-isSvIL] [-o FILE] [-C CERTS] URL

Send a request to URL (http:// if it says none, or https:// where the board has TLS) and print
what the server answers, whatever its status is.

-X METHOD  GET, HEAD, POST, PUT, DELETE or PATCH; GET without -d, POST with it
-H HEADER  a header, as 'Name: value'
-d DATA    what is sent; @FILE is the content of a file
-i         print status and headers before it
-I         ask with HEAD, and print as -i does
-s, -S     accepted: nothing shows how far it is
-v         print on the console what is sent and received before it
-L         follow redirects
-o FILE    into FILE, which gets its new content when all is there
-C CERTS   trust the certificates of this file (PEM or DER) alone, not those of /etc/roots.pem

Source: RFC 9110, 9112; curl. Not provided: several URL, forms, cookies, upload of more than fits
into memory.
"""

import utls
import webclient
from micropython import const
from upyos.lib import files, streams
from upyos.lib.command import UsageError, fail, operands, options

_METHODS = const(("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"))


def _headers(args):
    """Return (headers, the other words): -H may stand several times. Raises UsageError."""
    found = []
    rest = []
    words = iter(args)
    for word in words:
        if word == "--":
            rest.append(word)
            rest += words
        elif word == "-H":
            word = next(words, None)
            if word is None:
                raise UsageError
            found.append(word)
        elif word[:2] == "-H":
            found.append(word[2:])
        else:
            rest.append(word)
    return found, rest


def _body(word):
    """Return the bytes that -d stands for. Raises OSError."""
    if word[:1] != "@":
        return word.encode()
    with open(word[1:], "rb") as file:
        return file.read()


def _told(found):
    """Return what is called with each line of the heads, or None."""
    if "v" not in found and "i" not in found:
        return None

    def tell(line):
        if "v" in found:
            utls.err(line)
        if "i" in found and line[0] == "<":
            print(line[2:])

    return tell


def _show(response, found):
    """Print the answer, or store it."""
    if "i" in found:
        print()
    if "o" in found:
        files.fill(found["o"], response)
        return
    last = streams.show(response, streams.new_block())
    streams.complete(last)


def _request(found, headers):
    """Return what is asked for. Raises OSError, UsageError."""
    method = found.get("X", "POST" if "d" in found else "GET").upper()
    if method not in _METHODS:
        raise UsageError
    request = webclient.Request(method)
    request.headers = headers
    request.certificates = found.get("C")
    request.told = _told(found)
    if "d" in found:
        request.body = _body(found["d"])
    return request


def __main__(args):
    headers, rest = _headers(args)
    found, words = options(rest, "isSvIL", "XHdoC")
    if "I" in found:
        found["i"] = found["X"] = "HEAD"
    if "H" in found:
        # joined to other letters
        headers.append(found["H"])
    operands(words, 1, 1)
    try:
        request = _request(found, headers)
    except OSError as e:
        return fail(found["d"][1:], e)
    try:
        if "o" in found:
            files.check_target(found["o"])
        with webclient.open(words[0], request, "L" in found) as response:
            _show(response, found)
    except ImportError as e:
        return fail(words[0], str(e) if "TLS" in str(e) else "this board has no network")
    except (OSError, ValueError) as e:
        return fail(words[0], e)
    return 0
