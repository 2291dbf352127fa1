# SPDX-License-Identifier: MIT
"""A file of the web as a stream that goes on where a broken connection left it."""

import os

from micropython import const
from upyos.lib import waiting

import webclient

_RETRIES = const(4)
_FIRST_PAUSE_MS = const(500)
_ENOSPC = const(28)
_PARTIAL = const(206)


def validator(response):
    """Return what If-Range may say of this file, "" if nothing is certain: RFC 9110, 13.1.5."""
    tag = response.headers.get("etag", "")
    if tag[:1] == '"':
        return tag
    return "" if tag else response.headers.get("last-modified", "")


class Download:
    """A file of the web; request.offset says from which byte on.

    response is the one in progress, at the number of bytes of the file that were read.
    """

    def __init__(self, url, request):
        self.request = request
        self.retries = _RETRIES
        self.response = webclient.open(url, request)
        # later requests go where the redirects led
        self.url = self.response.url.text()
        self.at = self.response.start
        self.total = self.response.total

    def refused(self):
        """Return why this is not the file, a text; None if it is."""
        status = self.response.status
        return None if 200 <= status < 300 else "the server says " + self.response.line[9:].strip()

    def check_room(self, folder):
        """Raise OSError(ENOSPC) if the file will not fit into the file system of a folder."""
        space = os.statvfs(folder)
        if (self.response.length or 0) > space[1] * space[4]:
            raise OSError(_ENOSPC)

    def readinto(self, block):
        """Fill block with what comes next; return how many bytes, 0 at the end."""
        while True:
            try:
                count = self.response.readinto(block)
            except (OSError, ValueError) as exc:
                self._resume(exc)
                continue
            self.at += count
            return count

    def _resume(self, failed):
        """Open the file again where it broke off; raises what it broke off with if that fails."""
        self.response.close()
        request = self.request
        request.validator = validator(self.response)
        request.offset = self.at
        pause_ms = _FIRST_PAUSE_MS
        while self.retries and request.validator:
            self.retries -= 1
            waiting.pause(pause_ms)
            pause_ms *= 2
            try:
                response = webclient.open(self.url, request)
            except (OSError, ValueError) as exc:
                failed = exc
                continue
            if response.status == _PARTIAL:
                self.response = response
                return
            response.close()
            if response.status == 200:
                failed = ValueError("the file has changed on the server, or cannot be resumed")
                break
        raise failed

    def close(self):
        """Close the connection."""
        self.response.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
