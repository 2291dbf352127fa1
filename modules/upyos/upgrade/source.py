# SPDX-License-Identifier: MIT
"""Where an upgrade comes from: a directory of this device, an address of the web, or a program at
the other end of the console, which has the files and sends them in blocks."""

from micropython import const

_EOPNOTSUPP = const(95)
CONSOLE = "-"


def is_web(base):
    """Tell whether a base is an address of the web, not a directory."""
    return base.startswith(("http://", "https://"))


def opened(base, path, offset=0):
    """Return (stream, offset that it begins at); the stream has readinto() and close().

    A server that cannot go on in the middle of a file begins anew. Raises OSError, ValueError with
    the reason.
    """
    if is_web(base):
        return _web(base + path, offset)
    if base == CONSOLE:
        from upyos.lib import blocks

        return blocks.Asked(path, offset), offset
    stream = open(base.rstrip("/") + path, "rb")
    stream.seek(offset)
    return stream, offset


def _web(url, offset):
    try:
        webclient = __import__("webclient.download")
    except ImportError:
        raise OSError(_EOPNOTSUPP) from None
    request = webclient.Request()
    request.offset = offset
    try:
        stream = webclient.download.Download(url, request)
    except ImportError as e:
        # https on a board without TLS
        raise ValueError(str(e)) from None
    why = stream.refused()
    if why:
        stream.close()
        raise ValueError(why)
    return stream, stream.at


class Lines:
    """The lines of a stream, bytes without their end, read through a small block."""

    def __init__(self, stream, most):
        self.stream = stream
        self.block = bytearray(256)
        self.rest = b""
        # No line is longer.
        self.most = most

    def read(self):
        """Return the next line, None at the end. Raises ValueError for one that is too long."""
        while b"\n" not in self.rest:
            if len(self.rest) > self.most:
                raise ValueError("a line is too long")
            count = self.stream.readinto(self.block)
            if not count:
                line = self.rest or None
                self.rest = b""
                return line
            self.rest += self.block[:count]
        end = self.rest.find(b"\n")
        line = self.rest[:end]
        self.rest = self.rest[end + 1 :]
        return line
