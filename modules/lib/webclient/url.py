# SPDX-License-Identifier: MIT
"""Addresses of the web: RFC 3986."""

from micropython import const

_MOST_PORT = const(65535)
# What a path may hold as it is; "%" stays, for it begins what is encoded already.
_PLAIN = const("!$%&'()*+,-./:;=?@[]_~")
_MOST_HOST = const(253)


class Url:
    """An address: scheme, host, port, path with query, user ("" without one)."""

    def __init__(self, text):
        scheme, mark, rest = text.partition("://")
        if not mark:
            scheme, rest = "http", text
        self.scheme = scheme.lower()
        if self.scheme not in ("http", "https"):
            raise ValueError("http and https only")
        rest = rest.partition("#")[0]
        end = len(rest)
        for sign in "/?":
            at = rest.find(sign)
            if at >= 0:
                end = min(end, at)
        place = rest[:end]
        path = rest[end:]
        self.path = _encoded(path if path[:1] == "/" else "/" + path)
        self.user, mark, host = place.rpartition("@")
        self._place(host)

    def _place(self, text):
        """Take host and port apart. Raises ValueError."""
        if text[:1] == "[":
            self.host, mark, rest = text[1:].partition("]")
            if not mark or rest[:1] not in ("", ":"):
                raise ValueError("malformed host")
            colon, port = rest[:1], rest[1:]
        else:
            self.host, colon, port = text.partition(":")
        if not 0 < len(self.host) <= _MOST_HOST or not _is_host(self.host):
            raise ValueError("malformed host")
        self.port = self.usual_port = 443 if self.scheme == "https" else 80
        if colon:
            if not port.isdigit() or len(port) > 5 or not 0 < int(port) <= _MOST_PORT:
                raise ValueError("malformed port")
            self.port = int(port)

    def place(self):
        """Return host and port as the header Host has them."""
        host = "[" + self.host + "]" if ":" in self.host else self.host
        return host if self.port == self.usual_port else "%s:%d" % (host, self.port)

    def text(self):
        """Return the address, without its user."""
        return self.scheme + "://" + self.place() + self.path

    def joined(self, reference):
        """Return the Url that a reference stands for, as in Location (RFC 3986, 5.2)."""
        head = reference.partition("?")[0].partition("/")[0]
        if ":" in head:
            return Url(reference)
        if reference[:2] == "//":
            return Url(self.scheme + ":" + reference)
        base = self.scheme + "://" + self.place()
        if reference[:1] == "/":
            return Url(base + reference)
        own = self.path.partition("?")[0]
        if reference[:1] in ("", "?"):
            return Url(base + own + reference)
        return Url(base + own[: own.rfind("/") + 1] + reference)

    def file_name(self):
        """Return the last part of the path, decoded; "" if that is none for a file."""
        name = self.path.partition("?")[0].rpartition("/")[2]
        try:
            name = _decoded(name)
        except (ValueError, UnicodeError):
            return ""
        return "" if "/" in name or "\0" in name or name in (".", "..") else name


def _is_host(text):
    return all(sign.isalpha() or sign.isdigit() or sign in "-._:" for sign in text)


def _encoded(path):
    """Return a path in which nothing ends a line or a word."""
    return "".join(
        chr(byte)
        if chr(byte).isalpha() or chr(byte).isdigit() or chr(byte) in _PLAIN
        else "%%%02X" % byte
        for byte in path.encode()
    )


def _decoded(text):
    """Return a text without its %XX. Raises ValueError, UnicodeError."""
    parts = text.split("%")
    found = parts[0].encode()
    for part in parts[1:]:
        found += bytes([int(part[:2], 16)]) + part[2:].encode()
    return found.decode()
