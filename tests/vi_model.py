# SPDX-License-Identifier: MIT
"""A simple vi to hold the real one against: lists of characters, one function per command."""

import random
import re

# a character with those that go onto it
_CHARACTER = re.compile(r".[\u0300-\u036f]*", re.DOTALL)
ESC = "\x1b"


def characters(text: str) -> list[str]:
    """The characters of a line, combining ones with theirs."""
    return _CHARACTER.findall(text)


def _columns(row: list[str]) -> int:
    """How many columns of a terminal the characters at the beginning of a line take."""
    column = 0
    for c in row:
        column += 8 - column % 8 if c == "\t" else 2 if c[0] == "日" else 1
    return column


class Model:
    """A text and a cursor; press() takes whole commands."""

    def __init__(self, text: str) -> None:
        self.lines = [characters(line) for line in text.split("\n")[:-1]]
        self.line = self.at = 0
        # column that j and k aim at
        self.want = 0
        self.register: list[list[str]] = []
        self.register_is_lines = False
        self._undo: list[tuple] = []

    @property
    def text(self) -> str:
        """What :w writes."""
        return "".join("".join(line) + "\n" for line in self.lines)

    @property
    def row(self) -> list[str]:
        """The line of the cursor."""
        return self.lines[self.line] if self.lines else []

    def press(self, command: str) -> None:
        """Do one command: a count, a key, what is typed with it."""
        count, key, rest = re.fullmatch(
            r"(\d*)(g.|[dyc].|:%?s|[^\d]|0)(.*)", command, re.DOTALL
        ).groups()
        if command == "0":
            count, key = "", "0"
        before = ([list(line) for line in self.lines], self.line, self.at)
        self._touched = False
        done = getattr(self, f"_do_{_NAMES.get(key, key)}")(int(count or 0), rest)
        if self._touched and key != "u":
            self._undo.append(before)
        self._settle()
        if done is not False and key not in ("j", "k", "$"):
            self.want = self._column()

    def _settle(self) -> None:
        self.line = max(0, min(self.line, len(self.lines) - 1))
        self.at = max(0, min(self.at, len(self.row) - 1))

    def _column(self) -> int:
        """The column of the cursor; on a tab its last one."""
        column = _columns(self.row[: self.at])
        on_tab = self.row[self.at : self.at + 1] == ["\t"]
        return _columns(self.row[: self.at + 1]) - 1 if on_tab else column

    def _aim(self) -> None:
        """Go to the character at the column aimed at."""
        self.at = len(self.row)
        while self.at and _columns(self.row[: self.at]) > self.want:
            self.at -= 1

    def _have_line(self) -> None:
        if not self.lines:
            self.lines.append([])

    # motions

    def _do_h(self, count, _):
        self.at = max(0, self.at - (count or 1))

    def _do_l(self, count, _):
        self.at += count or 1

    def _do_j(self, count, _):
        if self.line + 1 < len(self.lines):
            self.line = min(self.line + (count or 1), len(self.lines) - 1)
            self._aim()

    def _do_k(self, count, _):
        if self.line:
            self.line = max(0, self.line - (count or 1))
            self._aim()

    def _do_0(self, count, _):
        self.at = 0

    def _do_end(self, count, _):
        self.line = min(self.line + (count or 1), max(1, len(self.lines))) - 1
        self.at = len(self.row)
        self.want = 1 << 20

    def _indent(self):
        self.at = next((i for i, c in enumerate(self.row) if c not in " \t"), len(self.row))

    def _do_G(self, count, _):
        self.line = min(count or len(self.lines), len(self.lines)) - 1
        self._settle()
        self._indent()

    def _do_gg(self, count, _):
        self.line = min(max(count, 1), len(self.lines)) - 1
        self._settle()
        self._indent()

    # changes

    def _type(self, text):
        """What is typed up to ESC: text, line ends, backspaces."""
        for c in characters(text.removesuffix(ESC)):
            if c != "\x7f":
                self._have_line()
            row = self.row
            self._touched = self._touched or c != "\x7f" or bool(self.at or self.line)
            if c == "\r":
                self.lines[self.line : self.line + 1] = [row[: self.at], row[self.at :]]
                self.line, self.at = self.line + 1, 0
            elif c != "\x7f":
                row.insert(self.at, c)
                self.at += 1
            elif self.at:
                self.at -= 1
                del row[self.at]
            elif self.line:
                self.line -= 1
                self.at = len(self.row)
                self.row.extend(self.lines.pop(self.line + 1))
        self.at -= 1

    def _do_i(self, count, text):
        self._type(text)

    def _do_a(self, count, text):
        self.at += bool(self.row)
        self._type(text)

    def _do_I(self, count, text):
        self.at = next((i for i, c in enumerate(self.row) if c not in " \t"), len(self.row))
        self._type(text)

    def _do_A(self, count, text):
        self.at = len(self.row)
        self._type(text)

    def _do_o(self, count, text):
        self._touched = True
        self._have_line()
        self.line += 1
        self.lines.insert(self.line, [])
        self.at = 0
        self._type(text)

    def _do_O(self, count, text):
        self._touched = True
        self._have_line()
        self.lines.insert(self.line, [])
        self.at = 0
        self._type(text)

    def _do_x(self, count, _):
        return self._cut(self.at + (count or 1))

    def _do_D(self, count, _):
        return self._cut(len(self.row))

    def _cut(self, end):
        if not self.row:
            return False
        self._touched = True
        self.register, self.register_is_lines = [self.row[self.at : end]], False
        del self.row[self.at : end]
        return True

    def _take(self, count):
        self.register = [list(line) for line in self.lines[self.line : self.line + (count or 1)]]
        self.register_is_lines = True

    def _do_dd(self, count, _):
        if not self.lines:
            return False
        self._touched = True
        self._take(count)
        del self.lines[self.line : self.line + (count or 1)]
        self._settle()
        self._indent()
        return True

    def _do_yy(self, count, _):
        self._take(count)
        return False

    def _put(self, count, behind):
        if not self.register:
            return False
        self._touched = True
        pieces = [list(line) for _ in range(count or 1) for line in self.register]
        if self.register_is_lines:
            self.line += bool(behind and self.lines)
            self.lines[self.line : self.line] = pieces
            self._indent()
        else:
            self._have_line()
            self.at += bool(behind and self.row)
            inserted = [c for piece in pieces for c in piece]
            self.row[self.at : self.at] = inserted
            self.at += len(inserted) - 1
        return True

    def _do_p(self, count, _):
        return self._put(count, True)

    def _do_P(self, count, _):
        return self._put(count, False)

    def _do_J(self, count, _):
        last = min(self.line + max(2, count), len(self.lines)) - 1
        if last <= self.line:
            return False
        self._touched = True
        row = "".join(self.row)
        for line in self.lines[self.line + 1 : last + 1]:
            more = "".join(line).lstrip()
            self.at = len(characters(row))
            blank = row and more and row[-1] not in " \t" and more[0] != ")"
            row += (" " if blank else "") + more
        self.lines[self.line : last + 1] = [characters(row)]
        return True

    def _do_r(self, count, text):
        count = count or 1
        if self.at + count > len(self.row):
            return False
        self._touched = True
        self.row[self.at : self.at + count] = [text] * count
        self.at += count - 1
        return True

    def _do_swap(self, count, _):
        self._touched = bool(self.row)
        for i in range(self.at, min(self.at + (count or 1), len(self.row))):
            c = self.row[i]
            self.row[i] = (c[0].swapcase() if c[0].isascii() else c[0]) + c[1:]
        self.at += count or 1

    def _do_s(self, count, text):
        pattern, new, flags = text[1:].removesuffix("\r").split("/")
        line, done = 0, None
        while line < len(self.lines):
            row = "".join(self.lines[line])
            if pattern in row:
                done = line
                changed = row.replace(pattern, new, -1 if flags == "g" else 1)
                self._touched = self._touched or changed != row
                self.lines[line] = characters(changed)
            line += 1
        if done is None:
            return False
        self.line, self.at = done, 0
        return True

    def _do_u(self, count, _):
        done = False
        for _ in range(min(count or 1, len(self._undo))):
            self.lines, self.line, self.at = self._undo.pop()
            done = True
        return done


_NAMES = {"$": "end", "~": "swap", ":%s": "s"}
_LETTERS = "ab c()Aé日o\u0301\t.x"


def _text(rng: random.Random) -> str:
    text = "".join(rng.choice(_LETTERS) for _ in range(rng.randint(0, 12)))
    # a combining character behind nothing or a blank, or many of them: another subject
    return re.sub("(^|[\t \u0301])\u0301+", r"\1", text)


def command(rng: random.Random) -> str:
    """A random command."""
    count = str(rng.randint(1, 4)) if rng.random() < 0.3 else ""
    kind = rng.random()
    if kind < 0.4:
        return (
            count + rng.choice(("h", "l", "j", "k", "$", "G", "gg", "j", "k"))
            if kind > 0.03
            else "0"
        )
    if kind < 0.75:
        return count + rng.choice(("x", "dd", "yy", "p", "P", "J", "u", "~", "yy", "p", "u"))
    if kind < 0.77:
        return "D"
    if kind < 0.8:
        return count + "r" + rng.choice("aé日 .")
    if kind < 0.84:
        a, b = rng.choice("abcx"), rng.choice(("y", "a", "日", "..", "x x"))
        return f":%s/{a}/{b}/{rng.choice(('', 'g'))}\r"
    typed = _text(rng)
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        typed += rng.choice(("\r", "\x7f", "\x7f\x7f\x7f")) + _text(rng)
    return rng.choice("iaIAoO") + typed + ESC
