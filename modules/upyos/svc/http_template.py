# SPDX-License-Identifier: MIT
"""Templates of uhttpd (behaviour contract 9.3): *.pyhtml below /www.

A template becomes the source of a generator, which yields the page in pieces: so a page may be
larger than the memory.
"""

import sdata
from micropython import const

from upyos.lib import paths
from upyos.svc import http_session

_ROOT = const("/www")
_INCLUDES = const(8)
_ESCAPES = const((("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")))


async def answer(request, path):
    """Send the page that a template makes."""
    http_session.check(request)
    source = Source()
    source.add(path)
    names = {
        "sdata": sdata,
        "utls": __import__("utls"),
        "request": request,
        "query": request.arguments(),
        "_text": escaped,
    }
    exec(source.whole(), names)
    del source
    page = names["_page"]()
    # what goes wrong before the first piece is an answer of its own
    piece = next(page)
    await request.begin(200, "text/html; charset=utf-8")
    while request.method == "GET":
        if piece:
            await request.connection.write(piece)
        try:
            piece = next(page)
        except StopIteration:
            return


def escaped(value):
    """Return a value as text in which nothing is a part of HTML."""
    text = str(value)
    for sign, name in _ESCAPES:
        if sign in text:
            text = text.replace(sign, name)
    return text


class Source:
    """The lines of the generator as they are made. Methods raise ValueError for no template."""

    def __init__(self):
        self.lines = ["def _page():"]
        # What is open: if, for; how many files include each other.
        self.open = []
        self.depth = 0

    def whole(self):
        """Return the source."""
        self.line('yield ""')
        return "\n".join(self.lines)

    def line(self, code):
        """Add a line inside of what is open."""
        self.lines.append(" " * (1 + len(self.open)) + code)

    def add(self, path):
        """Add a file."""
        self.depth += 1
        if self.depth > _INCLUDES:
            raise ValueError(path + ": too many files include each other")
        with open(path) as file:
            text = file.read()
        level = len(self.open)
        at = 0
        while True:
            start = text.find("{{", at)
            piece = text[at:start] if start >= 0 else text[at:]
            if piece:
                self.line("yield " + repr(piece))
            if start < 0:
                break
            at = self._tag(path, text, start + 2)
        if len(self.open) != level:
            raise ValueError(path + ": {{end}} is missing")
        self.depth -= 1

    def _tag(self, path, text, at):
        """Add what stands in {{ }}; return where the text goes on."""
        end = text.find("}}", at)
        if end < 0:
            raise ValueError(path + ": }} is missing")
        code = text[at:end].strip()
        end += 2
        word = code.partition(" ")[0]
        if code == "py":
            stop = text.find("{{end}}", end)
            if stop < 0:
                raise ValueError(path + ": {{end}} is missing")
            self._code(text[end:stop])
            return stop + 7
        if word == "if" or word == "for":
            self.line(code + ":")
            self.open.append(word)
            self.line("pass")
        elif word == "elif" or code == "else":
            self._close(path, code)
            self.line(code + ":")
            self.open.append("if")
            self.line("pass")
        elif code == "end":
            self._close(path, code)
        elif word == "include":
            self.add(_included(path, code[8:].strip()))
        else:
            self.line("yield _text(" + code + "\n)")
        return end

    def _close(self, path, code):
        if not self.open or code != "end" and self.open[-1] != "if":
            raise ValueError("%s: {{%s}} without its beginning" % (path, code))
        self.open.pop()

    def _code(self, text):
        """Add lines of Python, as deep as they stand among each other."""
        lines = [line for line in text.split("\n") if line.strip()]
        least = min([len(line) - len(line.lstrip()) for line in lines] or (0,))
        for line in lines:
            self.line(line[least:].rstrip())


def _included(path, name):
    """Return the path of a file that a template names, inside of /www."""
    found = paths.absolute(
        _ROOT + name if name[:1] == "/" else paths.join(paths.split(path)[0], name)
    )
    if not name or not paths.within(found, _ROOT):
        raise ValueError("%s: {{include %s}}" % (path, name))
    return found
