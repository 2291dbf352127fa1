# SPDX-License-Identifier: MIT
"""Pages and files of the web, for programs: http, and https where the board has TLS.

import webclient

with webclient.open("http://example.com/list.txt") as page:
    print(page.status, page.length)
    while count := page.readinto(block):
        ...
"""

from micropython import const

# Not the module: its name goes from here when another line ends, though a job may still need it.
from webclient.http import ask, name_of
from webclient.url import Url

_MOST_REDIRECTS = const(8)
_REDIRECTS = const((301, 302, 303, 307, 308))


class Request:
    """What is asked for."""

    # Names and values in one line each, as the user wrote them.
    headers = ()
    # Bytes, or a text.
    body = None
    # Where to begin in the file, and what the server called the file then (If-Range).
    offset = 0
    validator = ""
    # A file of certificates that alone are trusted, or None.
    certificates = None
    limit_ms = 15000
    # Called with each line that is sent or received, if it is given.
    told = None

    def __init__(self, method="GET"):
        self.method = method


def open(url, request=None, follow=True):
    """Return the Response of a request for a url, to be closed; redirects are followed.

    Raises ImportError without a network or TLS, OSError, ValueError with the reason as its text.
    A status other than 200 is no error.
    """
    request = request or Request()
    place = Url(url)
    for _ in range(_MOST_REDIRECTS):
        response = ask(place, request)
        target = response.headers.get("location")
        if not follow or target is None or response.status not in _REDIRECTS:
            return response
        response.close()
        target = place.joined(target)
        if place.scheme == "https" and target.scheme == "http":
            raise ValueError("redirected to an address without TLS")
        request = _redirected(request, response.status, place.place() == target.place())
        place = target
    raise ValueError("too many redirects")


def _redirected(request, status, same_place):
    """Return the request that follows a redirect: RFC 9110, 15.4."""
    other = Request(request.method)
    for name in ("headers", "body", "offset", "validator", "certificates", "limit_ms", "told"):
        setattr(other, name, getattr(request, name))
    if status == 303 or request.method == "POST" and status < 303:
        other.method = "HEAD" if request.method == "HEAD" else "GET"
        other.body = None
    if not same_place:
        secret = ("authorization", "cookie")
        kept = [line for line in request.headers if name_of(line) not in secret]
        other.headers = kept
    return other
