# SPDX-License-Identifier: MIT
"""A request of HTTP/1.1 and its answer (RFC 9110, 9112), as behaviour contract 9.3 bounds it."""

import json

from micropython import const

# Of one line of the head, and of all of them.
_LINE_BYTES = const(1024)
_HEAD_BYTES = const(8192)
_READ_BYTES = const(512)
# How long a peer has for the head, for each block of the body, for the answer besides its size.
_HEAD_S = const(10)
_BODY_S = const(20)
_ANSWER_S = const(30)
# What the answer's time grows by: a second for so many bytes.
_SLOWEST = const(1024)
# So much of a body is read and dropped before a peer that was refused is let go.
_DROP_BYTES = const(65536)
# A field that is kept is cut here; a cookie of ours is shorter.
_VALUE_BYTES = const(256)
_JSON_BYTES = const(2048)
_KEPT = const(
    b" host origin content-length transfer-encoding range if-range if-none-match accept-encoding"
    b" expect upgrade sec-websocket-key sec-websocket-version "
)
_REASONS = const(
    "200 OK|204 No Content|206 Partial Content|304 Not Modified|400 Bad Request|401 Unauthorized"
    "|403 Forbidden|404 Not Found|405 Method Not Allowed|413 Content Too Large"
    "|416 Range Not Satisfiable|426 Upgrade Required|431 Request Header Fields Too Large"
    "|500 Internal Server Error"
)
_HEX = const("0123456789abcdefABCDEF")
JSON = "application/json"


class Answer(Exception):
    """A request ends with another answer: status, what is wrong."""


class Request:
    """One request. What is awaited here is a generator, as in upyos.jobs.connection."""

    method = ""
    # The target without its query, decoded; the query as it came.
    path = query = ""
    # The session's cookie, and its name.
    cookie = ""
    cookie_name = "upyos"
    # Further lines for the head of the answer.
    more = ""
    # The head of the answer was sent.
    begun = False
    # How much of the body has not come yet.
    left = 0

    def __init__(self, connection):
        self.connection = connection
        self.fields = {}
        # What came behind the head.
        self.data = b""

    def refuse(self, status, text=""):
        """Raise what ends the request with this answer."""
        raise Answer(status, text)

    def head(self):
        """Read the head; return False if the peer has gone without one."""
        connection = self.connection
        connection.left_s = _HEAD_S
        data = b""
        at = total = 0
        while True:
            end = data.find(b"\n", at)
            if end < 0:
                data = data[at:]
                at = 0
                if len(data) >= _LINE_BYTES:
                    raise Answer(431)
                more = yield from connection.read(_READ_BYTES)
                if not more:
                    return False
                data += more
                continue
            total += end + 1 - at
            if total > _HEAD_BYTES or end - at > _LINE_BYTES:
                raise Answer(431)
            line = data[at:end].rstrip(b"\r")
            at = end + 1
            if not line and self.method:
                self.data = data[at:]
                self._checked()
                return True
            try:
                if self.method:
                    self._field(line)
                elif line:
                    self._first(str(line, "utf-8"))
            except UnicodeError:
                raise Answer(400) from None

    def _first(self, line):
        words = line.split(" ")
        if len(words) != 3 or not words[0].isalpha() or words[2][:7] != "HTTP/1.":
            raise Answer(400)
        self.method, target, self.version = words
        if target[:7].lower() == "http://":
            target = "/" + target[7:].partition("/")[2]
        path, _, self.query = target.partition("?")
        if self.method != "OPTIONS" and path[:1] != "/":
            raise Answer(400)
        self.path = unquoted(path)

    def _field(self, line):
        name, colon, value = line.partition(b":")
        if not colon or not name or name != name.strip():
            # no field, or one that goes on in a second line (RFC 9112, 5.2)
            raise Answer(400)
        name = name.lower()
        if name == b"cookie":
            self._cookies(str(value, "utf-8"))
        elif b" " + name + b" " in _KEPT:
            if name in self.fields and name[0] in b"hct":
                # two hosts, two lengths
                raise Answer(400)
            # checked here: who asks for it is not prepared for what is no text
            value = value.strip()[:_VALUE_BYTES]
            str(value, "utf-8")
            self.fields[name] = value

    def _cookies(self, text):
        for pair in text.split(";"):
            name, _, value = pair.strip().partition("=")
            if name == self.cookie_name:
                self.cookie = value[:64]

    def _checked(self):
        """Look at what must be right in every head."""
        length = self.fields.get(b"content-length", b"0")
        if b"host" not in self.fields and self.version != "HTTP/1.0" or not length.isdigit():
            raise Answer(400)
        if b"transfer-encoding" in self.fields or len(length) > 9:
            self.left = _DROP_BYTES
            raise Answer(413, "a body needs a length")
        self.left = int(length)

    def field(self, name):
        """Return a field of the head as text, "" if it was not there; the name is bytes."""
        return str(self.fields.get(name, b""), "utf-8")

    def arguments(self):
        """Return the query as a dictionary."""
        found = {}
        for pair in self.query.split("&"):
            name, _, value = pair.replace("+", " ").partition("=")
            found[unquoted(name)] = unquoted(value)
        return found

    async def body(self):
        """Tell a peer that waits for it that the body may come."""
        if "100-continue" in self.field(b"expect").lower():
            await self.connection.write("HTTP/1.1 100 Continue\r\n\r\n")

    async def block(self):
        """Return the next bytes of the body, b"" at its end. Raises OSError if it breaks off."""
        connection = self.connection
        connection.left_s = _BODY_S
        data = self.data[: self.left]
        self.data = b""
        if not data and self.left:
            data = await connection.read(min(self.left, _READ_BYTES))
            if not data:
                raise OSError(104)
        self.left -= len(data)
        return data

    async def json(self):
        """Return the body, an object of JSON."""
        if self.left > _JSON_BYTES:
            raise Answer(413)
        await self.body()
        data = b""
        while self.left:
            data += await self.block()
        try:
            found = json.loads(data)
        except ValueError:
            found = None
        if type(found) is not dict:
            raise Answer(400, "the body is no JSON object")
        return found

    async def begin(self, status, kind="", length=None, first=b""):
        """Send the head of the answer, and first behind it; length None: until the end."""
        at = _REASONS.find(str(status))
        end = _REASONS.find("|", at)
        head = "HTTP/1.1 " + (_REASONS[at:end] if end > 0 else _REASONS[at:])
        if kind:
            head += "\r\nContent-Type: " + kind
        if length is not None:
            head += "\r\nContent-Length: %d" % length
        head += "\r\nConnection: close\r\nX-Content-Type-Options: nosniff\r\n" + self.more + "\r\n"
        self.begun = True
        self.connection.left_s = _ANSWER_S + (length or 0) // _SLOWEST
        await self.connection.write(head.encode() + first if first else head)

    async def answer(self, status, text, kind=JSON):
        """Send a whole answer."""
        data = text.encode()
        if self.method == "HEAD":
            await self.begin(status, kind, len(data))
        else:
            await self.begin(status, kind, len(data), data)

    async def say(self, code, **values):
        """Send an object of JSON."""
        await self.answer(code, json.dumps(values))

    async def failed(self, status, text):
        """Send why a request was refused: as JSON to who uses the API, else as text."""
        if not text:
            at = _REASONS.find(str(status))
            text = _REASONS[at + 4 :].partition("|")[0]
        if self.path[:5] == "/api/":
            await self.say(status, error=text)
        else:
            await self.answer(status, text + "\n", "text/plain")
        await self.drop()

    async def drop(self):
        """Read what is left of the body: what is closed before loses its answer on the way."""
        self.left = min(self.left, _DROP_BYTES)
        while await self.block():
            pass


def unquoted(text):
    """Return a part of a target decoded (RFC 3986, 2.1). Raises Answer if it is no text."""
    if "\0" in text:
        raise Answer(400)
    if "%" not in text:
        return text
    parts = text.split("%")
    data = bytearray(parts[0].encode())
    for part in parts[1:]:
        code = part[:2]
        if len(code) < 2 or code[0] not in _HEX or code[1] not in _HEX or code == "00":
            raise Answer(400)
        data.append(int(code, 16))
        data.extend(part[2:].encode())
    try:
        return str(data, "utf-8")
    except UnicodeError:
        raise Answer(400) from None
