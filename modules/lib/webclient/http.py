# SPDX-License-Identifier: MIT
"""One request and its answer: HTTP/1.1, RFC 9110 and 9112."""

import binascii

from micropython import const
from upyos.lib import link

# What a server may send as head.
_MOST_LINE = const(2048)
_MOST_HEAD = const(8192)
_NO_BODY = const((204, 304))
_PARTIAL = const(206)
# A chunk's length in hexadecimal digits: 2 GiB are more than any file system here
_MOST_DIGITS = const(7)


def name_of(line):
    """Return the name in a header line, in small letters."""
    return line.partition(":")[0].strip().lower()


def ask(url, request):
    """Send a request; return the Response, its head read. Raises as webclient.open does."""
    lines = _head(url, request)
    secure = url.scheme == "https"
    if secure:
        from webclient.secure import check, send, wrap

        check(request.certificates)
    wire = link.connect(url.host, url.port, request.limit_ms)
    answer = None
    try:
        head = "\r\n".join(lines) + "\r\n\r\n"
        if secure:
            wrap(wire, url.host, request.certificates)
            send(wire, head)
        else:
            wire.write(head)
        if request.told:
            for line in lines:
                request.told("> " + line)
        if request.body:
            wire.write(request.body)
        answer = _answer(wire, url, request)
        return answer
    finally:
        if answer is None:
            wire.close()


def _head(url, request):
    """Return the lines of a request. Raises ValueError for a header that is none."""
    lines = [request.method + " " + url.path + " HTTP/1.1"]
    given = [name_of(line) for line in request.headers]
    body = request.body
    own = [
        "Host: " + url.place(),
        "User-Agent: upyOS",
        "Accept: */*",
        # what is stored is what was sent
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    if body is not None:
        size = len(body.encode() if isinstance(body, str) else body)
        own.append("Content-Length: %d" % size)
        own.append("Content-Type: application/x-www-form-urlencoded")
    if url.user and "authorization" not in given:
        own.append("Authorization: Basic " + _base64(url.user))
    if request.offset:
        own.append("Range: bytes=%d-" % request.offset)
        if request.validator:
            own.append("If-Range: " + request.validator)
    for line in request.headers:
        if ":" not in line or "\r" in line or "\n" in line:
            raise ValueError("malformed header: " + repr(line))
    # an own one with this name comes in its place
    lines += [line for line in own if name_of(line) not in given]
    lines += request.headers
    return lines


def _base64(text):
    return binascii.b2a_base64(text.encode()).strip().decode()


def _answer(wire, url, request):
    """Read the head of an answer; return the Response."""
    while True:
        head = wire.line(_MOST_LINE)
        if not head:
            raise ValueError("connection closed without an answer")
        words = head.split(None, 2)
        if len(words) < 2 or words[0][:7] != b"HTTP/1." or not words[1].isdigit():
            raise ValueError("not a web server's answer")
        status = int(words[1])
        if request.told:
            request.told("< " + _text(head))
        headers = _headers(wire, request.told)
        # 100 and its like come before the answer
        if status >= 200 or status == 101:
            return Response(wire, url, request, _text(head), status, headers)


def _text(line):
    """Return a line of the head as text, whatever bytes it has; no escape code gets through."""
    return "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in line.rstrip())


def _headers(wire, told):
    """Return {name: value} of the header lines; several of one name are joined by ", "."""
    found = {}
    size = 0
    while True:
        line = wire.line(_MOST_LINE)
        size += len(line)
        if line[-1:] != b"\n":
            raise ValueError("connection closed in the head")
        if size > _MOST_HEAD:
            raise ValueError("head too long")
        text = _text(line)
        if not text:
            return found
        if told:
            told("< " + text)
        name, colon, value = text.partition(":")
        if not colon:
            raise ValueError("not a web server's answer")
        name = name.strip().lower()
        value = value.strip()
        found[name] = found[name] + ", " + value if name in found else value


class Response:
    """An answer: status, headers, and the body as a stream.

    length: bytes of the body, None if the server does not say. start: which byte of the file is
    the first one (0 without a range). total: bytes of the whole file, or None. url: where it came
    from, after redirects.
    """

    start = 0
    total = None

    def __init__(self, wire, url, request, line, status, headers):
        self.wire = wire
        self.url = url
        # The first line of the answer.
        self.line = line
        self.status = status
        self.headers = headers
        # How many bytes are to come; None: up to the end of the connection.
        self.left = self.length = self._length(request)
        if self.chunked:
            # of the first chunk, which has not begun
            self.left = 0
            self.first = True
        elif status == _PARTIAL:
            self._range(request.offset)
        elif self.length is not None:
            self.total = self.length

    def _length(self, request):
        """Return the length of the body. Raises ValueError if what the server says is none."""
        self.chunked = False
        coding = self.headers.get("transfer-encoding")
        text = self.headers.get("content-length")
        if request.method == "HEAD" or self.status in _NO_BODY:
            return 0
        if coding is not None:
            if coding.lower() != "chunked":
                raise ValueError("unknown transfer coding")
            self.chunked = True
            return None
        if text is None:
            return None
        values = set(value.strip() for value in text.split(","))
        value = values.pop()
        if values or not value.isdigit() or len(value) > 15:
            raise ValueError("malformed content length")
        return int(value)

    def _range(self, offset):
        """Note which part of the file this is. Raises ValueError if it is not the wanted one."""
        text = self.headers.get("content-range", "")
        unit, _, rest = text.partition(" ")
        span, _, total = rest.partition("/")
        first = span.partition("-")[0]
        if unit != "bytes" or not first.isdigit() or int(first) != offset:
            raise ValueError("the server sent another part of the file")
        self.start = offset
        self.total = int(total) if total.isdigit() else None

    def readinto(self, block):
        """Fill block with what comes next; return how many bytes, 0 at the end.

        Raises ValueError if the body ends too early.
        """
        if self.left == 0 and not (self.chunked and self._next_chunk()):
            return 0
        if self.left is not None and self.left < len(block):
            block = memoryview(block)[: self.left]
        count = self.wire.readinto(block)
        if self.left is not None:
            if not count:
                raise ValueError("connection closed too early")
            self.left -= count
        return count

    def _next_chunk(self):
        """Begin the next chunk; False at the end of the body (RFC 9112, 7.1)."""
        if not self.first and self.wire.line(_MOST_LINE).strip():
            raise ValueError("malformed chunk")
        self.first = False
        line = self.wire.line(_MOST_LINE)
        if not line:
            raise ValueError("connection closed too early")
        digits = line.split(b";")[0].strip()
        try:
            if not 0 < len(digits.lstrip(b"0") or b"0") <= _MOST_DIGITS or digits[:1] in b"+-":
                raise ValueError
            self.left = int(digits, 16)
        except ValueError:
            raise ValueError("malformed chunk") from None
        if self.left == 0:
            self.chunked = False
            _headers(self.wire, None)
        return self.left > 0

    def close(self):
        """Close the connection."""
        self.wire.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
