# SPDX-License-Identifier: MIT
"""Reading TOML strictly: every key is asked for, and what nobody asked for is refused."""

import difflib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from upyfw.board import layout

_KINDS = {
    str: "text",
    int: "a whole number",
    dict: "a table",
    list: "a list",
    bool: "true or false",
}


class Refused(ValueError):
    """A key that breaks a rule: "key: reason"."""


class Table:
    """One TOML table; every key must be asked for, what is left over is refused by done()."""

    def __init__(self, data: object, where: str = "") -> None:
        if not isinstance(data, dict):
            raise Refused(f"{where.rstrip('.')}: must be a table")
        self.data, self.where, self.known = data, where, []

    def take(self, key: str, kind: type, optional: bool = False) -> object:
        """Return the value of a key, which is of that kind; None if it is absent and may be."""
        self.known.append(key)
        if key not in self.data:
            if optional:
                return None
            raise self._missing(key)
        value = self.data[key]
        # bool is an int for isinstance, never here
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise Refused(f"{self.where}{key}: {value!r} is not {_KINDS[kind]}")
        return value

    def _missing(self, key: str) -> Refused:
        left = [name for name in self.data if name not in self.known]
        near = difflib.get_close_matches(key, left, 1)
        meant = f', is "{near[0]}" meant?' if near else ""
        return Refused(f"{self.where}{key}: missing{meant}")

    def text(self, key: str, pattern: str = r"\S(.*\S)?", optional: bool = False) -> str | None:
        """Return a text that the pattern fits."""
        value = self.take(key, str, optional)
        if value is not None and not re.fullmatch(pattern, value):
            raise Refused(f"{self.where}{key}: {value!r} cannot be used here")
        return value

    def one_of(self, key: str, choices: Iterable[str], optional: bool = False) -> str | None:
        """Return a text that is one of the choices."""
        value = self.take(key, str, optional)
        if value is not None and value not in choices:
            raise Refused(f'{self.where}{key}: "{value}" is none of {", ".join(choices)}')
        return value

    def number(self, key: str, optional: bool = False) -> int | None:
        """Return a whole number that is not negative."""
        value = self.take(key, int, optional)
        if value is not None and value < 0:
            raise Refused(f"{self.where}{key}: {value} is negative")
        return value

    def size(self, key: str) -> int:
        """Return the bytes of a size that is not 0."""
        self.known.append(key)
        if key not in self.data:
            raise self._missing(key)
        try:
            value = layout.parse_size(self.data[key])
        except ValueError as exc:
            raise Refused(f"{self.where}{key}: {exc}") from None
        if value == 0:
            raise Refused(f"{self.where}{key}: is 0")
        return value

    def texts(self, key: str, pattern: str) -> tuple[str, ...]:
        """Return a list of texts that the pattern fits; it may be left out."""
        words = self.take(key, list, optional=True) or []
        for i, word in enumerate(words):
            if not isinstance(word, str) or not re.fullmatch(pattern, word):
                raise Refused(f"{self.where}{key}[{i}]: {word!r} is no name")
        return tuple(words)

    def done(self) -> None:
        """Refuse the first key that nobody asked for."""
        for key in self.data:
            if key not in self.known:
                near = difflib.get_close_matches(key, self.known, 1)
                meant = f', did you mean "{near[0]}"?' if near else ""
                raise Refused(f"{self.where}{key}: unknown key{meant}")


def read(path: Path) -> dict:
    """Parse a TOML file; a repeated key is refused by its name, which tomllib does not give."""
    data = path.read_bytes()
    try:
        text = data.decode()
        return tomllib.loads(text)
    except UnicodeDecodeError as exc:
        raise Refused(f"byte {exc.start}: not UTF-8") from None
    except tomllib.TOMLDecodeError as exc:
        line = re.search(r"at line (\d+)", str(exc))
        source = text.splitlines()[int(line[1]) - 1].strip() if line else ""
        why = str(exc).replace("Cannot overwrite a value", "a second value")
        raise Refused(f"{source.split('=')[0].strip() or 'file'}: {why}") from None
