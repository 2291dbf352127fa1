# SPDX-License-Identifier: MIT
"""Random files and command lines for text commands, and what GNU's tools make of the same.

Where docs/spec/commands.md differs from GNU on purpose, `answer` and the functions below it turn
GNU's output into ours: their docstrings say what the difference is.
"""

import random
import re
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 20
LONG_BYTES = 10_000
# of groups in each other
_DEPTH = 2


@dataclass(frozen=True)
class Line:
    """One command; stdin is the name of a file or "", piped: from `cat`, else by `<`."""

    words: tuple[str, ...]
    stdin: str = ""
    piped: bool = False

    @property
    def text(self) -> str:
        """The line as it is typed."""
        command = shlex.join(self.words)
        if not self.stdin:
            return command
        return f"cat {self.stdin} | {command}" if self.piped else f"{command} < {self.stdin}"


# ---- files ----


def _lines(rng: random.Random, count: int, line: Callable[[], str], end: str = "\n") -> bytes:
    """Lines; every third file has no newline at its end."""
    text = "".join(line() + end for _ in range(count))
    return (text.removesuffix(end) if rng.random() < 0.34 else text).encode()


def _word(rng: random.Random, letters: str = "abcxyz12") -> str:
    return "".join(rng.choice(letters) for _ in range(rng.randint(0, 5)))


def _number(rng: random.Random) -> str:
    digits = str(rng.choice((0, 7, 9, 10, 100, rng.randint(0, 10**12))))
    fraction = rng.choice(("", "", ".", ".5", ".50", ".05", ".500001"))
    head = rng.choice(("", "", "", "-", " ", "\t-", "00", "+"))
    return head + digits + fraction + rng.choice(("", "", " x", "e3"))


def _long(rng: random.Random) -> str:
    return rng.choice("abx:") * rng.randint(LONG_BYTES - 9, LONG_BYTES) + rng.choice("ax:")


def _utf8(rng: random.Random) -> str:
    return _word(rng, "aäöüßé€𝄞: b")


def make_files(rng: random.Random, rounds: int) -> dict[str, bytes]:
    """Files of all kinds by name; the first letter of a name is its kind."""
    files = {"e0.t": b"", "e1.t": b"\n", "e2.t": b"x", "e3.t": b"\n\n\n"}
    for n in range(rounds):
        some = rng.randint(1, 60)
        files[f"w{n}.t"] = _lines(rng, some, lambda: " ".join(_word(rng) for _ in range(3)))
        files[f"n{n}.t"] = _lines(rng, some, lambda: _number(rng))
        files[f"r{n}.t"] = _lines(rng, some, lambda: rng.choice(("a", "a", "b", "", "ab")))
        files[f"f{n}.t"] = _lines(
            rng, some, lambda: ":".join(_word(rng, "ab1 ") for _ in range(4))
        )
        files[f"c{n}.t"] = _lines(rng, some, lambda: _word(rng), "\r\n")
        files[f"u{n}.t"] = _lines(rng, some, lambda: _utf8(rng))
        files[f"b{n}.t"] = rng.randbytes(rng.randint(1, 3000))
        if n % 3 == 0:
            files[f"l{n}.t"] = _lines(rng, 2, lambda: _long(rng))
    return files


# ---- command lines ----


class Maker:
    """Makes command lines over some files."""

    def __init__(self, rng: random.Random, files: dict[str, bytes]) -> None:
        self._rng = rng
        self._names = sorted(files)

    def line(self) -> Line:
        """A random line of a random command."""
        makers = (self._ends, self._wc, self._sort, self._uniq, self._fields, self._characters)
        makers += (self._tr, self._grep, self._grep, self._expression, self._expression, self._cmp)
        makers += (self._sed, self._sed, self._context, self._bytes)
        return self._rng.choice(makers)()

    def _flags(self, letters: str) -> list[str]:
        return [f"-{letter}" for letter in letters if self._rng.random() < 0.3]

    def _inputs(self, words: list[str], most: int = 3, kinds: str = "") -> Line:
        """words with up to `most` files behind them, or with standard input."""
        names = [name for name in self._names if not kinds or name[0] in kinds]
        stdin = self._rng.choice(names) if self._rng.random() < 0.4 else ""
        count = 0 if stdin and self._rng.random() < 0.7 else self._rng.randint(1, most)
        operands = [self._rng.choice(names) for _ in range(count)]
        if stdin and operands:
            operands[0] = "-"
        return Line((*words, *operands), stdin, bool(stdin) and self._rng.random() < 0.5)

    def _ends(self) -> Line:
        count = str(self._rng.choice((0, 1, 2, 3, 9, 10, 1000)))
        given = self._rng.choice(([], ["-n", count], [f"-{count}"], [f"-n{count}"]))
        # without lines GNU's tail prints no names
        names = ("head",) if count == "0" else ("head", "tail")
        return self._inputs([self._rng.choice(names), *given])

    def _wc(self) -> Line:
        return self._inputs(["wc", *self._flags("lwc")])

    def _sort(self) -> Line:
        key = [f"-k{self._rng.randint(1, 3)}"] if self._rng.random() < 0.4 else []
        return self._inputs(["sort", *self._flags("rnu"), *key])

    def _uniq(self) -> Line:
        return self._inputs(["uniq", *self._flags("cd")], 1)

    def _list(self) -> str:
        low = self._rng.randint(1, 4)
        every = (f"{low}", f"{low}-", f"-{low}", f"{low}-{low + 1}", "2000-", "1-3000")
        return ",".join(self._rng.choice(every) for _ in range(self._rng.randint(1, 3)))

    def _fields(self) -> Line:
        mark = self._rng.choice((":", "a", " ", "x"))
        return self._inputs(["cut", "-d", mark, "-f", self._list()])

    def _characters(self) -> Line:
        return self._inputs(["cut", "-c", self._list()], kinds="ewnrfcul")

    def _set(self) -> str:
        parts = ("a-c", "x", "xyz", "0-9", " ", ":", "\\n", "\\t", "\\r", "A-Z", "a", "b-", "!-~")
        return "".join(self._rng.choice(parts) for _ in range(self._rng.randint(1, 3)))

    def _tr(self) -> Line:
        form = self._rng.choice((["-d", 1], ["-s", 1], ["-ds", 2], ["-s", 2], ["", 2], ["", 2]))
        sets = [self._set().replace("b-", "b") + "-" * self._rng.randint(0, 1)] * form[1]
        sets[-1] = self._set().replace("b-", "b")
        stdin = self._rng.choice(self._names)
        words = [word for word in ("tr", form[0], "--", *sets) if word]
        return Line(tuple(words), stdin, self._rng.random() < 0.5)

    def _grep(self) -> Line:
        every = ("a", "ab", "x", ".", "1", " ", "", "ä", "B", "a:", _word(self._rng))
        text = self._rng.choice(every)
        # GNU's -vc prints no number for ''
        flags = self._flags("ivncl" if text else "incl")
        return self._inputs(["grep", *flags, "--", text])

    def _expression(self) -> Line:
        text = self._alternatives(_DEPTH)
        return self._inputs(["grep", "-E", *self._flags("ivnc"), "--", text], kinds="ewnrfcul")

    def _alternatives(self, depth: int) -> str:
        count = self._rng.choice((1, 1, 1, 2))
        return "|".join(self._sequence(depth) for _ in range(count))

    def _sequence(self, depth: int) -> str:
        middle = "".join(self._repeated(depth) for _ in range(self._rng.randint(1, 3)))
        if depth < _DEPTH:
            # GNU 3.8 finds no match for ((^x)?){2,}
            return middle
        return self._rng.choice(("", "", "^")) + middle + self._rng.choice(("", "", "$"))

    def _repeated(self, depth: int) -> str:
        often = self._rng.choice(("", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,1}", "{2,}"))
        return self._atom(depth) + often

    def _atom(self, depth: int) -> str:
        if depth and self._rng.random() < 0.25:
            return f"({self._alternatives(depth - 1)})"
        # letters are ASCII in our classes, so none of those is here
        every = ("a", "b", "x", "1", " ", ":", ".", "ä", "\\.", "[ab1]", "[^a]", "[a-y]", "[^ab:]")
        every += ("[[:digit:]]", "[^[:digit:]]", "[]a]", "[a-]", "[[:space:]x]", "\\s", "\\S")
        return self._rng.choice(every)

    def _context(self) -> Line:
        """grep with lines around, as whole words, with names and without."""
        around = [
            f"-{side}{self._rng.randint(0, 3)}" for side in "ABC" if self._rng.random() < 0.4
        ]
        text = self._rng.choice(("a", "ab", "x", "1", "a:", "10", _word(self._rng) or "b"))
        return self._inputs(["grep", *around, *self._flags("ivnwcH"), "--", text], kinds="ewnrfl")

    def _bytes(self) -> Line:
        """head and tail that count bytes, or from the beginning."""
        count = self._rng.choice((0, 1, 2, 5, 30, 700))
        if self._rng.random() < 0.5:
            return self._inputs([self._rng.choice(("head", "tail")), "-c", str(count)], 1)
        return self._inputs(["tail", self._rng.choice(("-n", "-c")), f"+{count}"], 1)

    def _sed(self) -> Line:
        count = self._rng.choice((1, 1, 2, 3))
        script = ";".join(self._sed_command() for _ in range(count))
        flags = ["-n"] if self._rng.random() < 0.3 else []
        # expressions with groups are for lines of some hundred characters
        kinds = "ewnrfcu" if "\\(" in script else "ewnrfcul"
        return self._inputs(["sed", *flags, "--", script], kinds=kinds)

    def _sed_expression(self) -> str:
        every = (
            "a",
            "b",
            "x*",
            "^a",
            "b$",
            ".",
            "[a-c]",
            "[^a]*",
            "1",
            "a.b",
            "^",
            "$",
            "ä",
            "\\.",
        )
        every += ("\\(a\\)\\(b*\\)", "\\([a-z]*\\) \\([a-z]*\\)")
        return self._rng.choice(every)

    def _sed_address(self) -> str:
        def one() -> str:
            number = str(self._rng.choice((1, 2, 3, 9)))
            return self._rng.choice((number, "$", f"/{self._sed_expression()}/"))

        form = self._rng.choice(("", "", "one", "two"))
        text = "" if not form else one() if form == "one" else f"{one()},{one()}"
        return text + ("!" if text and self._rng.random() < 0.2 else "")

    def _sed_command(self) -> str:
        letter = self._rng.choice("sssssdp=q")
        if letter == "s":
            new = self._rng.choice(("", "X", "<&>", "a\\nb", "\\&", "[\\1]", "&&"))
            wanted = self._sed_expression()
            if "\\(" not in wanted:
                new = new.replace("\\1", "1")
            letter = f"s/{wanted}/{new}/" + self._rng.choice(("", "", "g", "2", "p", "gp", "2g"))
        address = self._sed_address()
        # GNU takes no range for q
        return (address if letter != "q" else address.partition(",")[0]) + letter

    def _cmp(self) -> Line:
        line = self._inputs(["cmp"], 2)
        short = 3 - len(line.words)
        return Line(line.words + (self._rng.choice(self._names),) * short, line.stdin, line.piped)


# ---- GNU's answers, as docs/spec/commands.md has them ----


def answer(line: Line, folder: Path) -> tuple[bytes, int]:
    """What a line must print and end with; the files are in folder."""
    normal = {"wc": _wc, "uniq": _uniq, "cut": _cut, "cmp": _cmp, "head": _ends, "tail": _ends}
    return normal.get(line.words[0], _plain)(line, folder)


def _run(words: list[str], stdin: bytes, folder: Path, locale: str = "C"):
    path = {"LC_ALL": locale, "PATH": "/usr/local/bin:/usr/bin:/bin"}
    return subprocess.run(
        words, input=stdin, capture_output=True, cwd=folder, env=path, timeout=LIMIT_S
    )


def _stdin(line: Line, folder: Path) -> bytes:
    return (folder / line.stdin).read_bytes() if line.stdin else b""


def _plain(line: Line, folder: Path) -> tuple[bytes, int]:
    words = list(line.words)
    locale = "C"
    if words[0] == "sort" and any(word.startswith("-k") for word in words):
        # ours begins at the word, not at the blanks before it
        words.insert(1, "-b")
    if words[0] == "grep":
        # no file is binary for ours, standard input is -, and -E knows characters
        words[1:1] = ["-a", "--label=-"] + ([] if "-E" in words else ["-F"])
        locale = "C.UTF-8" if "-E" in words else "C"
    if words[0] == "sed":
        locale = "C.UTF-8"
    done = _run(words, _stdin(line, folder), folder, locale)
    return done.stdout, done.returncode


def _ends(line: Line, folder: Path) -> tuple[bytes, int]:
    """GNU has an empty line before the second name, another name for -, -5 for one file only."""
    words = [re.sub("^-([0-9]+)$", r"-n\1", word) for word in line.words]
    done = _run(words, _stdin(line, folder), folder)
    text = done.stdout.replace(b"==> standard input <==", b"==> - <==")
    names = [word.encode() for word in line.words[1:]]
    for name in names:
        text = text.replace(b"\n\n==> %s <==\n" % name, b"\n==> %s <==\n" % name)
    return text, done.returncode


def _wc(line: Line, folder: Path) -> tuple[bytes, int]:
    """GNU pads numbers, and a word of it has a character that can be printed."""
    visible = folder / "visible"
    visible.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.is_file():
            (visible / path.name).write_bytes(_visible(path.read_bytes()))
    done = _run(list(line.words), _visible(_stdin(line, folder)), visible)
    rows = [b" ".join(row.split()) + b"\n" for row in done.stdout.splitlines()]
    return b"".join(rows), done.returncode


def _visible(data: bytes) -> bytes:
    return bytes(c if 32 <= c < 127 or 9 <= c <= 13 else 120 for c in data)


def _uniq(line: Line, folder: Path) -> tuple[bytes, int]:
    """GNU pads the number."""
    done = _run(list(line.words), _stdin(line, folder), folder)
    if any("c" in word for word in line.words if word.startswith("-")):
        return re.sub(rb"(?m)^ *([0-9]+ )", rb"\1", done.stdout), done.returncode
    return done.stdout, done.returncode


def _cut(line: Line, folder: Path) -> tuple[bytes, int]:
    """GNU cuts bytes: each character that is not ASCII becomes one byte for it, and back."""
    if "-c" not in line.words:
        return _plain(line, folder)
    every = sorted({c for path in folder.iterdir() for c in _beyond_ascii(path)})
    table = {ord(c): chr(0x80 + n) for n, c in enumerate(every)}
    narrow = folder / "narrow"
    narrow.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.is_file() and path.name[0] != "b":
            text = path.read_bytes().decode().translate(table)
            (narrow / path.name).write_bytes(text.encode("latin-1"))
    done = _run(list(line.words), _stdin(line, narrow), narrow)
    back = {ord(byte): chr(code) for code, byte in table.items()}
    return done.stdout.decode("latin-1").translate(back).encode(), done.returncode


def _beyond_ascii(path: Path) -> set[str]:
    if not path.is_file() or path.name[0] != "u":
        return set()
    return {c for c in path.read_bytes().decode() if ord(c) > 127}


def _cmp(line: Line, folder: Path) -> tuple[bytes, int]:
    """GNU says `char` for byte, and where the end of the shorter file is, as an error."""
    done = _run(list(line.words), _stdin(line, folder), folder)
    ended = re.match(rb"cmp: EOF on (\S+)", done.stderr)
    if ended:
        return b"cmp: EOF on %s\n" % ended[1], done.returncode
    return done.stdout.replace(b"differ: char ", b"differ: byte "), done.returncode
