# SPDX-License-Identifier: MIT
"""Lines to type on a board, from the checks of tests/cases: a new command has some by itself."""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from upyfw.base.paths import REPO

CASES = REPO / "tests" / "cases"

# what the emulated board has of the things that a check can need; the others reset it or wait
_HAVE = {"flash", "chip"}
# a Python line leaves names in the session
_PYTHON = re.compile(r"(^|[;&|] *)[<>] ")

_FUNCTION = re.compile(r"(\w+)\(\) *\{")
_ELSEWHERE = re.compile(r"/etc/|/\w+/(etc|opt)/")


@dataclass(frozen=True)
class Line:
    """One command line, what is typed before it, and the files it works on."""

    name: str
    text: str
    before: tuple[str, ...] = ()
    directory: str = "/"
    status: int = 0
    files: dict[str, str] = field(default_factory=dict)

    @property
    def has_python(self) -> bool:
        """Whether it or a line before it is Python."""
        return any(_PYTHON.search(line) for line in (*self.before, self.text))

    @property
    def is_simple(self) -> bool:
        """Whether it runs the command that it is from, and nothing else."""
        alone = not set(self.text) & set("|;&<>")
        return self.comes_first and alone and "--help" not in self.text.split()

    @property
    def comes_first(self) -> bool:
        """Whether it begins with the command that it is from."""
        return self.text.split()[:1] == [self.name]


def of_cases(folder: Path = CASES) -> list[Line]:
    """Return the lines of all checks that wait for nobody, by file, in the order written."""
    found = []
    for path in sorted(folder.glob("*.toml")):
        data = tomllib.loads(path.read_text())
        for check in data.get("check", []):
            if not check.get("keys") and set(_list(check.get("needs"))) <= _HAVE:
                found.append(_line(path.stem, check, data.get("files", {})))
    return found


def _line(name: str, check: dict, files: dict[str, str]) -> Line:
    status = check.get("status", 2 if check.get("usage") else 0)
    before = tuple(_list(check.get("before")))
    return Line(name, check["cmd"], before, check.get("dir", "/"), status, files)


def _list(value: object) -> list[str]:
    """A text, a list of texts or nothing, as a list."""
    return [value] if isinstance(value, str) else value or []


def different(count: int) -> list[Line]:
    """Return lines that all differ: the first of each file, the second of each, and so on.

    Those with Python are left out.
    """
    groups: dict[str, list[Line]] = {}
    for line in of_cases():
        if not line.has_python:
            groups.setdefault(line.name, []).append(line)
    longest = max(map(len, groups.values()))
    turns = [group[n] for n in range(longest) for group in groups.values() if n < len(group)]
    found: dict[str, Line] = {}
    for line in turns:
        found.setdefault(line.text, line)
    return list(found.values())[:count]


def files(lines: list[Line]) -> dict[str, str]:
    """Return the files of all lines; where two have the same path, the later one's.

    Without those of /etc, which change the system for all lines, and whole trees of files for
    another device, for which a Pico with two slots has no room.
    """
    every = {path: text for line in lines for path, text in line.files.items()}
    return {path: text for path, text in every.items() if not _ELSEWHERE.match(path)}


def put_back(lines: list[Line]) -> tuple[str, ...]:
    """Return lines that take back what these set on purpose: password, log, functions and more."""
    texts = [line.text for line in lines] + list(files(lines).values())
    functions = sorted({name for text in texts for name in _FUNCTION.findall(text)})
    undone = ("setauth -d", "loadconfig", "loadboard", "dmesg -c")
    return (*undone, "unset -f " + " ".join(functions)) if functions else undone


def by_command() -> dict[str, Line]:
    """Return the line that stands for each command: the first that succeeds and runs it alone.

    Of a command that no check runs alone: the first that begins with it.
    """
    lines = [line for line in of_cases() if line.status == 0 and line.comes_first]
    found: dict[str, Line] = {}
    for line in sorted(lines, key=lambda line: not line.is_simple):
        found.setdefault(line.name, line)
    return found
