# SPDX-License-Identifier: MIT
"""Scripts of the command sed: taken apart once, then run on each line."""

import re

import _upyos
from micropython import const

_LAST_LINE = const(-1)
_NO_COMMAND = const("no such command")
# What only the module re knows of a basic expression.
_GROUPS = const(("\\(", "\\+", "\\?", "\\|"))


class Program:
    """A script. Raises ValueError, which says what is wrong."""

    def __init__(self, text, extended):
        self.text = text
        self.at = 0
        self.extended = extended
        self.has_ended = False
        self.commands = []
        self._take(" \t;\n")
        while self.at < len(text):
            self.commands.append(self._command())
            rest = self._take(" \t;\n")
            if self.at < len(text) and ";" not in rest and "\n" not in rest:
                raise ValueError(_NO_COMMAND)

    def _take(self, letters):
        """Return the characters that are there of those in letters."""
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in letters:
            self.at += 1
        return self.text[start : self.at]

    def _next(self):
        """Return the next character. Raises ValueError at the end."""
        if self.at == len(self.text):
            raise ValueError("incomplete")
        self.at += 1
        return self.text[self.at - 1]

    def _until(self, sign, is_new=False):
        """Return the text up to a sign with no backslash before it, and not in brackets."""
        found = ""
        while (c := self._next()) != sign:
            if c == "\\":
                c = self._next()
                found += "" if c == sign else "\\"
            elif c == "[" and not is_new:
                c += self._bracket().replace("\\" + sign, sign)
            found += c
        return found

    def _bracket(self):
        """Return what stands behind a [ to its ], or nothing where that is missing."""
        first = self.at
        # a ] that is the first one is a member
        end = self.text.find("]", first + 1 + (self.text[first : first + 1] == "^"))
        self.at = max(first, end + 1)
        return self.text[first : self.at]

    def _address(self):
        """Return a number, a search, or None where there is no address."""
        digits = self._take("0123456789")
        if digits:
            return int(digits)
        sign = self.text[self.at : self.at + 1]
        if sign and sign in "$/":
            self.at += 1
            return _LAST_LINE if sign == "$" else _search(self._until("/"), self.extended, False)
        return None

    def _command(self):
        """Return [letter, first, last, whether for all others, argument, inside the range]."""
        first = self._address()
        if first == 0:
            raise ValueError("no line 0")
        last = None
        if first is not None and self._take(","):
            last = self._address()
            if last is None:
                raise ValueError("incomplete")
        others = "!" in self._take(" !")
        letter = self._next()
        argument = None
        if letter == "s":
            argument = self._substitution()
        elif letter in "aic":
            end = (self.text + "\n").find("\n", self.at)
            argument = self.text[self.at : end].lstrip(" \\").encode() + b"\n"
            self.at = end
        elif letter not in "dpq=":
            raise ValueError(_NO_COMMAND)
        return [letter, first, last, others, argument, False]

    def _substitution(self):
        """Return (search, new text, first one that is replaced, all of them, print)."""
        sign = self._next()
        wanted = self._until(sign)
        new = self._until(sign, True)
        flags = self._take("gpiI0123456789")
        nth = "".join([c for c in flags if c.isdigit()])
        search = _search(wanted, self.extended, "i" in flags or "I" in flags)
        return search, new.encode(), int(nth or 1), "g" in flags, "p" in flags

    def restart(self):
        """Be as new, for another text."""
        self.has_ended = False
        for command in self.commands:
            command[5] = False

    def run(self, line, number, is_last, quiet):
        """Return what comes out for a line of bytes, a list."""
        is_whole = line[-1:] == b"\n"
        line = line[:-1] if is_whole else line
        out = []
        after = []
        # how much of out there is when a line, and no text of the script, is the last of it
        lines = 0
        for command in self.commands:
            if _selects(command, line, number, is_last) == command[3]:
                continue
            letter = command[0]
            argument = command[4]
            new = _replaced(line, argument) if letter == "s" else None
            line = line if new is None else new
            if letter == "p" or new is not None and argument[4]:
                out.append(line + b"\n")
                lines = len(out)
            elif letter == "=" or letter == "i" or letter == "c" and not command[5]:
                out.append(argument or b"%d\n" % number)
            elif letter == "a":
                after.append(argument)
            elif letter == "q":
                self.has_ended = True
            if letter in "dcq":
                quiet = quiet or letter != "q"
                break
        if not quiet:
            out.append(line + b"\n")
            lines = len(out)
        if is_last and not is_whole and lines and lines == len(out + after):
            # it ends as it did
            out[-1] = out[-1][:-1]
        return out + after


def _search(text, extended, fold):
    """Return search(line, start) -> None or (from, to, group), where group(N + 2) is group N.

    Raises ValueError for what is no expression.
    """
    if "{" in text or "[:" in text:
        if re.search("\\[:[a-z]+:]|" + ("{[0-9,]+}" if extended else r"\\{[0-9,]+\\}"), text):
            raise ValueError("{N} and [:NAME:] are not provided")
    if not (extended or fold or [mark for mark in _GROUPS if mark in text]):
        pattern = text.encode()

        def search(line, start):
            hit = _upyos.search(pattern, line, start)
            return hit and (hit[0], hit[1], None)

        return search
    if not extended:
        text = _as_extended(text)
    if fold:
        text = _lowered(text)
    at_start = text[:1] == "^" and "|" not in text
    # re does not say where a match is: the first group is what stands before it
    pattern = re.compile((("()(%s)" if at_start else "(.*?)(%s)") % text).encode())
    behind = None if at_start else pattern
    if "^" in text and not at_start:
        behind = re.compile(("(.*?)(%s)" % _behind(text)).encode())
    return lambda line, start: _by_re(behind if start else pattern, line, start, fold)


def _behind(text):
    """Return an expression for the rest of a line, where ^ finds nothing: as $. does."""
    found = ""
    is_inside = False
    for i, c in enumerate(text):
        is_plain = i == 0 or text[i - 1] != "\\"
        is_inside = c != "]" and (is_inside or c == "[" and is_plain)
        found += "$." if c == "^" and is_plain and not is_inside else c
    return found


def _lowered(text):
    """Return an expression in lower case, but for what stands behind a backslash."""
    found = ""
    for i, c in enumerate(text):
        found += c if i and text[i - 1] == "\\" else c.lower()
    return found


def _as_extended(text):
    """Return a basic expression as an extended one: \\( is a group there, ( a character."""
    found = ""
    at = 0
    while at < len(text):
        c = text[at]
        at += 1
        if c == "\\" and at < len(text):
            c = text[at]
            at += 1
            found += c if c in "()+?|" else "\\" + c
        else:
            found += "\\" + c if c in "()+?|" else c
    return found


def _by_re(pattern, line, start, fold):
    """Search with the module re, which has no start: what is before is cut off."""
    if pattern is None:
        return None
    match = pattern.match(line[start:].lower() if fold else line[start:])
    if match is None:
        return None
    begin = start + len(match.group(1))
    return begin, begin + len(match.group(2)), match.group


def _is(address, line, number, is_last):
    """Tell whether an address names a line."""
    if type(address) is int:
        return is_last if address == _LAST_LINE else number == address
    return address(line, 0) is not None


def _selects(command, line, number, is_last):
    """Tell whether a command is for a line, and keep whether its range goes on."""
    _, first, last, _, _, inside = command
    if first is None:
        return True
    if last is None:
        return _is(first, line, number, is_last)
    if not inside:
        if not _is(first, line, number, is_last):
            return False
        if type(last) is int:
            command[5] = not is_last and (last == _LAST_LINE or last > number)
        else:
            command[5] = not is_last
        return True
    if type(last) is int and last != _LAST_LINE:
        command[5] = number < last and not is_last
    else:
        command[5] = not _is(last, line, number, is_last) and not is_last
    return True


def _replaced(line, argument):
    """Return a line with one match or more replaced, or None."""
    search, new, nth, every, _ = argument
    out = last = None
    done = at = count = 0
    while at <= len(line) and (hit := search(line, at)):
        start, end, group = hit
        # a match of nothing right behind another one is none
        counts = end > start or start != last
        last = end
        count += counts
        if counts and count >= nth:
            # grows in place: pieces of some bytes would each take 32
            out = bytearray() if out is None else out
            out += line[done:start]
            out += _new(new, line[start:end], group)
            done = end
            if not every:
                break
        at = end if end > start else end + 1
    if out is None:
        return None
    out += line[done:]
    return bytes(out)


def _new(new, found, group):
    """Return what stands in place of a match."""
    out = b""
    at = 0
    while at < len(new):
        c = new[at : at + 1]
        at += 1
        if c == b"\\" and at < len(new):
            c = new[at : at + 1]
            at += 1
            if c == b"n":
                c = b"\n"
            elif c == b"0":
                c = found
            elif c.isdigit():
                c = (group(int(c) + 2) or b"") if group else b""
        elif c == b"&":
            c = found
        out += c
    return out
