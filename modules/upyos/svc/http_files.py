# SPDX-License-Identifier: MIT
"""The files of /www, as uhttpd sends them (behaviour contract 9.3; RFC 9110, 13 and 14)."""

import os
from asyncio import core

from micropython import const

from upyos.lib import paths

_ROOT = const("/www")
_BLOCK_BYTES = const(1024)
# So many blocks are sent before others have their turn.
_BLOCKS = const(8)
_DIRECTORY = const(0x4000)
_DAY_S = const(86400)
_TYPES = const(
    " txt:text/plain htm:text/html html:text/html css:text/css csv:text/csv js:text/javascript"
    " xml:application/xml xhtml:application/xhtml+xml json:application/json zip:application/zip"
    " pdf:application/pdf jpg:image/jpeg jpeg:image/jpeg png:image/png gif:image/gif"
    " svg:image/svg+xml ico:image/x-icon pyhtml:text/html "
)
_INDEX = const("/index.pyhtml /index.html /index.htm /default.pyhtml /default.html /default.htm")


async def answer(request):
    """Send the file that a request names."""
    if request.method not in ("GET", "HEAD"):
        request.more = "Allow: GET, HEAD\r\n"
        request.refuse(405)
    path = request.path
    if ".." in path.split("/"):
        request.refuse(403)
    path = paths.absolute(_ROOT + path)
    stat = _stat(path)
    if stat and stat[0] & _DIRECTORY:
        path, stat = _index(request, path)
    kind = _type(path)
    if not kind:
        request.refuse(403)
    if path[-7:] == ".pyhtml" and stat:
        from upyos.svc import http_template

        await http_template.answer(request, path)
    else:
        await _send(request, path, kind, stat)


def _index(request, folder):
    """Return the file that stands for a directory, and what is known of it."""
    if request.path[-1] != "/":
        # else what the page names would be looked for beside the directory
        request.refuse(404)
    for name in _INDEX.split():
        stat = _stat(folder + name)
        if stat or _stat(folder + name + ".gz"):
            return folder + name, stat
    request.refuse(404, "" if folder != _ROOT else "no page: put index.html into /www")


def _type(path):
    """Return the media type of a file, "" for one that is not sent."""
    name = path[path.rfind("/") + 1 :]
    at = _TYPES.find(" " + name[name.rfind(".") + 1 :].lower() + ":") if "." in name else -1
    if at < 0:
        return ""
    kind = _TYPES[_TYPES.find(":", at) + 1 : _TYPES.find(" ", at + 1)]
    return kind + "; charset=utf-8" if kind[:5] == "text/" else kind


async def _send(request, path, kind, stat):
    if not stat or b"gzip" in request.fields.get(b"accept-encoding", b""):
        twin = _stat(path + ".gz")
        # one without its plain file, or made on the same day
        if twin and (not stat or 0 <= twin[8] - stat[8] < _DAY_S):
            path += ".gz"
            stat = twin
            request.more = "Content-Encoding: gzip\r\n"
    if not stat:
        request.refuse(404)
    tag = '"%x-%x"' % (stat[8], stat[6])
    request.more += "ETag: " + tag + "\r\nVary: Accept-Encoding\r\nCache-Control: no-cache\r\n"
    if _matches(request.field(b"if-none-match"), tag):
        return await request.begin(304)
    await send(request, path, kind, stat[6], tag)


def _stat(path):
    """Return os.stat of a path, None if there is nothing."""
    try:
        return os.stat(path)
    except OSError:
        return None


def _matches(field, tag):
    return field == "*" or tag in field


async def send(request, path, kind, size, tag=""):
    """Send a file, or the range of it that is asked for."""
    start, end = 0, size
    status = 200
    found = _range(request.field(b"range"), size)
    if found and request.field(b"if-range") in ("", tag):
        start, end = found
        if start >= end:
            request.more += "Content-Range: bytes */%d\r\n" % size
            return await request.begin(416, "", 0)
        status = 206
        request.more += "Content-Range: bytes %d-%d/%d\r\n" % (start, end - 1, size)
    request.more += "Accept-Ranges: bytes\r\n"
    if request.method == "HEAD":
        return await request.begin(status, kind, end - start)
    with open(path, "rb") as file:
        file.seek(start)
        left = end - start
        first = file.read(min(left, _BLOCK_BYTES))
        await request.begin(status, kind, left, first)
        left -= len(first)
        if left and first:
            del first
            await _rest(request, file, left)


async def _rest(request, file, left):
    block = memoryview(bytearray(_BLOCK_BYTES))
    blocks = 0
    while left:
        count = min(file.readinto(block), left)
        if not count:
            # the file has become shorter
            return
        await request.connection.write(block[:count])
        left -= count
        blocks += 1
        if blocks % _BLOCKS == 0:
            await core.sleep_ms(0)


def _range(field, size):
    """Return (start, end) of the one range that is asked for; None if it is all, or no range."""
    first, dash, last = field[6:].partition("-")
    if field[:6] != "bytes=" or not dash or not (first + last).isdigit() or len(field) > 30:
        return None
    if not first:
        return max(size - int(last), 0), size if int(last) else 0
    start = int(first)
    if last and int(last) < start:
        return None
    return start, min(int(last) + 1, size) if last else size
