# SPDX-License-Identifier: MIT
"""Regular expressions (POSIX.1-2024 XBD 9.4, extended), as programs for _upyos.lines_matching.

An expression is taken apart once, into the positions that take one byte each: which of them can
be first, which last, which follow which (Glushkov's automaton). A part of an expression is a
tuple: does it match nothing too, mask of its first positions, tuple of its last positions. Groups
are on a list of our own, not on the C stack, of which a board has little.
"""

from micropython import const

_MOST_POSITIONS = const(128)
_NOTHING = const((True, 0, ()))
# Ranges of bytes: low and high in turn.
_NEWLINE = const(b"\n\n")
_CONTINUATION = const(b"\x80\xbf")
# Lines of name and ranges.
_CLASSES = const(
    b"\nalpha:AZaz\ndigit:09\nalnum:09AZaz\nspace:\t\t\x0b\r  \nupper:AZ\nlower:az\npunct:!/:@[`{~"
    b"\nblank:\t\t  \nxdigit:09AFaf\nd:09\nw:09AZ__az\ns:\t\t\x0b\r  \n"
)


def compile(text, fold):
    """Return text as a program; with fold the case of ASCII letters does not count.

    Raises ValueError if it is no expression, or one with back references, \\b and the like,
    collating symbols, or characters in brackets that are not ASCII.
    """
    parser = _Parser(text, fold)
    return parser.program(parser.whole())


def _plain(text):
    """Return an expression for a text itself."""
    return "".join(["\\" + c if c in ".[]{}()*+?|^$\\" else c for c in text])


def word(text, is_expression):
    """Return an expression for text that stands between what is no part of a word."""
    return "(^|\\W)(%s)(\\W|$)" % (text if is_expression else _plain(text))


def _class(name):
    """Return the ranges of a class."""
    key = b"\n%s:" % name
    at = _CLASSES.find(key) + len(key)
    if at < len(key):
        raise ValueError
    return _CLASSES[at : _CLASSES.find(b"\n", at)]


def _outside(ranges):
    """Return the ranges that begin a character which is not in ranges, nor a newline."""
    out = b""
    low = 0
    ranges += _NEWLINE + _CONTINUATION
    for first, last in sorted([(ranges[i], ranges[i + 1]) for i in range(0, len(ranges), 2)]):
        if first > low:
            out += bytes((low, first - 1))
        low = max(low, last + 1)
    return out + bytes((low, 255))


def _folded(ranges):
    """Return ranges with the letters of the other case."""
    out = ranges
    for i in range(0, len(ranges), 2):
        for low, high, to in ((65, 90, 32), (97, 122, -32)):
            first = max(ranges[i], low)
            last = min(ranges[i + 1], high)
            if first <= last:
                out += bytes((first + to, last + to))
    return out


def _either(a, b):
    """Return a part that is a or b; a may be None."""
    if a is None:
        return b
    return a[0] or b[0], a[1] | b[1], a[2] + b[2]


class _Parser:
    def __init__(self, text, fold):
        self.text = text
        self.fold = fold
        self.at = 0
        # of each position: its ranges, the mask of those that can follow
        self.ranges = []
        self.follow = []

    def next(self):
        """Return the next character, "" at the end."""
        return self.text[self.at : self.at + 1]

    def take(self):
        """Return the next character and go behind it. Raises ValueError at the end."""
        if self.at == len(self.text):
            raise ValueError
        self.at += 1
        return self.text[self.at - 1]

    def program(self, part):
        """Return the program of a part; its form is in modules/c/upyos/pattern.c."""
        count = len(self.ranges)
        width = count // 8 + 1
        sets = [part[1], sum([1 << i for i in part[2]])] + self.follow
        out = bytearray((count, width, part[0]))
        out += b"".join([one.to_bytes(width, "little") for one in sets])
        at = len(out) + 2 * count
        for ranges in self.ranges:
            out += at.to_bytes(2, "little")
            at += 1 + len(ranges)
        for ranges in self.ranges:
            out.append(len(ranges))
            out += ranges
        return out

    def position(self, ranges):
        """Return a part that is one new position."""
        i = len(self.ranges)
        if i == _MOST_POSITIONS:
            raise ValueError
        self.ranges.append(_folded(ranges) if self.fold else ranges)
        self.follow.append(0)
        return False, 1 << i, (i,)

    def joined(self, a, b):
        """Return a part that is a, then b."""
        for i in a[2]:
            self.follow[i] |= b[1]
        return a[0] and b[0], a[1] | b[1] if a[0] else a[1], a[2] + b[2] if b[0] else b[2]

    def again(self, part):
        """Return a part that is one or more of it."""
        for i in part[2]:
            self.follow[i] |= part[1]
        return part

    def whole(self):
        """Read all of the expression."""
        # of the groups that are open: what stands before them
        outer = []
        # of the innermost one: what stands before the last |, what follows, its first position
        before, part, first = None, _NOTHING, 0
        while self.at < len(self.text):
            c = self.take()
            start = len(self.ranges)
            if c == "(":
                outer.append((before, part, first))
                before, part, first = None, _NOTHING, start
                continue
            if c == "|":
                before, part = _either(before, part), _NOTHING
                continue
            if c == ")":
                if not outer:
                    raise ValueError
                single, start = _either(before, part), first
                before, part, first = outer.pop()
            else:
                single = self.single(c)
            part = self.joined(part, self.repeated(single, start))
        if outer:
            raise ValueError
        return _either(before, part)

    def repeated(self, part, start):
        """Read how often a part stands there; its positions are those from start on."""
        if self.next() == "{":
            part = self.counted(part, start)
        while self.next() and self.next() in "*+?":
            c = self.take()
            if c != "?":
                self.again(part)
            part = (part[0] or c != "+", part[1], part[2])
        return part

    def counted(self, part, start):
        """Read {LOW,HIGH} after a part; return that many of it."""
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : max(end, 0)].partition(",")
        self.at = end + 1
        low = int(low)
        most = int(high) if high else max(low, 1) if comma else low
        if not 0 <= low <= most:
            raise ValueError
        size = len(self.ranges) - start
        # copied before any of them leads to the next
        parts = [part] + [self.copy(part, start, size) for _ in range(1, most)]
        if comma and not high:
            self.again(parts[-1])
        found = _NOTHING
        for i in range(most):
            nothing, first, last = parts[i]
            found = self.joined(found, (nothing or i >= low, first, last))
        return found

    def copy(self, part, start, size):
        """Return a part of new positions that is like one of size positions from start on."""
        shift = len(self.ranges) - start
        if shift + size > _MOST_POSITIONS:
            raise ValueError
        for i in range(start, start + size):
            self.ranges.append(self.ranges[i])
            self.follow.append(self.follow[i] << shift)
        return part[0], part[1] << shift, tuple([i + shift for i in part[2]])

    def single(self, c):
        """Read a character or a class that begins with c."""
        if c in "*+?{":
            raise ValueError
        if c == ".":
            return self.outside(b"")
        if c == "[":
            return self.bracket()
        if c == "^" or c == "$":
            return self.position(b"" if c == "^" else _NEWLINE)
        return self.escape(self.take()) if c == "\\" else self.literal(c)

    def literal(self, c):
        """Return a part that is one character: each byte of its UTF-8 form a position."""
        part = _NOTHING
        for byte in c.encode():
            part = self.joined(part, self.position(bytes((byte, byte))))
        return part

    def escape(self, c):
        """Return the part that a character after a backslash stands for."""
        if c in "dws":
            return self.position(_class(c))
        if c in "DWS":
            return self.outside(_class(c.lower()))
        if c.isalpha() or c.isdigit() or c in "<>":
            raise ValueError
        return self.literal(c)

    def outside(self, ranges):
        """Return a part that is any character but these: its first byte, then what goes on."""
        if self.fold:
            ranges = _folded(ranges)
        lead = self.position(_outside(ranges))
        rest = self.again(self.position(_CONTINUATION))
        return self.joined(lead, (True, rest[1], rest[2]))

    def bracket(self):
        """Read [...]."""
        negated = self.next() == "^"
        self.at += negated
        ranges = self.member()
        while self.next() != "]":
            ranges += self.member()
        self.at += 1
        return self.outside(ranges) if negated else self.position(ranges)

    def member(self):
        """Read a character, a range or a class inside of brackets; return its ranges."""
        low = self.take()
        if low == "[" and self.next() and self.next() in ":.=":
            end = self.text.find(":]", self.at)
            name = self.text[self.at + 1 : max(end, 0)]
            self.at = end + 2
            return _class(name)
        high = low
        if self.next() == "-" and self.text[self.at + 1 : self.at + 2] not in ("", "]"):
            self.at += 1
            high = self.take()
        if not low <= high < "\x80":
            raise ValueError
        return bytes((ord(low), ord(high)))
