# SPDX-License-Identifier: MIT
"""Read ports/upstream.toml, the only place that pins a source; strict."""

import hashlib
import re
import tomllib
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path

from upyfw.base.errors import BadInput
from upyfw.base.paths import REPO

UPSTREAM = REPO / "ports" / "upstream.toml"
# Sources the code knows by name.
_NAMES = ("micropython", "pico-sdk", "lwip", "mbedtls", "picotool")


@dataclass(frozen=True)
class FilePin:
    """One archive that is accepted: its file name and SHA-256 (hex)."""

    name: str
    sha256: str


@dataclass(frozen=True)
class GitPin:
    """A tag of a git repository, or a commit where there is none; with both, the tag's commit."""

    url: str
    tag: str = ""
    commit: str = ""

    @property
    def named(self) -> str:
        """What it is called by: its tag, else its commit."""
        return self.tag or self.commit


@dataclass(frozen=True)
class DebianPin:
    """A Debian package, the suites to look in, and the archives that are accepted."""

    package: str
    suites: tuple[str, ...]
    files: tuple[FilePin, ...]
    binary: bool = False
    root: str = ""


@dataclass(frozen=True)
class ContainedPin:
    """What others wrote inside a source; seen_as: parts of the names of its object files."""

    name: str
    licence: str
    seen_as: tuple[str, ...]
    version: str = ""


@dataclass(frozen=True)
class Source:
    """One pinned source; see the head of ports/upstream.toml for the fields."""

    name: str
    version: str
    # it changes nothing in what is fetched: no part of the fingerprint
    needed_by: tuple[str, ...] = field(repr=False)
    place: str = ""
    git: GitPin | None = None
    debian: DebianPin | None = None
    kit: bool = False
    # as needed_by
    licence: str = field(default="", repr=False)
    licence_file: str = field(default="", repr=False)
    contains: tuple[ContainedPin, ...] = field(default=(), repr=False)

    @property
    def is_only_in_git(self) -> bool:
        """Whether it can be had from git, and in no other way."""
        return not self.debian and not self.kit

    def accepts(self, stamp: str) -> bool:
        """Tell whether a stamp left by an earlier run is of an archive or commit still pinned."""
        return stamp in self.stamps()

    def origin(self, stamp: str) -> str:
        """Return what a stamp stands for: the name of an archive, or git:<commit or tag>."""
        files = self.debian.files if self.debian else ()
        return next((file.name for file in files if file.sha256 == stamp), stamp)

    def stamps(self) -> list[str]:
        """Return the stamps of everything that would do: SHA-256 of archives, git:<tag>."""
        archives = [file.sha256 for file in self.debian.files] if self.debian else []
        return [*archives, git_stamp(self)]


def git_stamp(source: Source) -> str:
    """Return the stamp of a source that came with git."""
    return f"git:{source.git.commit or source.git.tag if source.git else ''}"


def _checked(table: object, kind: type, where: str, given: str = "") -> dict:
    """Return a table whose keys are the fields of a dataclass, less the one given elsewhere."""
    if not isinstance(table, dict):
        raise BadInput(f"{where}: must be a table")
    known = {item.name: item for item in fields(kind) if item.name != given}
    for key in table:
        if key not in known:
            raise BadInput(f"{where}: unknown key {key!r}", hint=f"known: {', '.join(known)}")
    for name, item in known.items():
        if item.default is MISSING and name not in table:
            raise BadInput(f"{where}: {name} is missing")
    return table


def _texts(values: object, where: str) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise BadInput(f"{where}: must be a list of strings")
    return tuple(values)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise BadInput(f"{where}: must be a text")
    return value


def _folder(value: object, where: str) -> str:
    """Check a folder inside something: never a way out of it."""
    if not isinstance(value, str) or value.startswith("/") or ".." in value.split("/"):
        raise BadInput(f"{where}: must be a folder inside the tree")
    return value


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise BadInput(f"{where}: must be true or false")
    return value


def _file(table: object, where: str) -> FilePin:
    checked = _checked(table, FilePin, where)
    name = _text(checked["name"], f"{where}.name")
    if "/" in name or name.startswith("."):
        raise BadInput(f"{where}.name: must be a file name")
    if not re.fullmatch(r"[0-9a-f]{64}", str(checked["sha256"])):
        raise BadInput(f"{where}.sha256: must be 64 lower-case hex digits")
    return FilePin(name, checked["sha256"])


def _git(table: object, where: str) -> GitPin:
    checked = _checked(table, GitPin, where)
    commit = checked.get("commit", "")
    if commit and not re.fullmatch(r"[0-9a-f]{40}", str(commit)):
        raise BadInput(f"{where}.commit: must be 40 lower-case hex digits")
    tag = _text(checked["tag"], f"{where}.tag") if "tag" in checked else ""
    if not tag and not commit:
        raise BadInput(f"{where}: names neither tag nor commit")
    return GitPin(_text(checked["url"], f"{where}.url"), tag, commit)


def _debian(table: object, where: str) -> DebianPin:
    checked = _checked(table, DebianPin, where)
    files = checked["files"]
    if not isinstance(files, list) or not files:
        raise BadInput(f"{where}.files: must name at least one archive")
    return DebianPin(
        _text(checked["package"], f"{where}.package"),
        _texts(checked["suites"], f"{where}.suites"),
        tuple(_file(file, f"{where}.files") for file in files),
        _flag(checked.get("binary", False), f"{where}.binary"),
        _folder(checked.get("root", ""), f"{where}.root"),
    )


def _contained(table: object, where: str) -> ContainedPin:
    checked = _checked(table, ContainedPin, where)
    return ContainedPin(
        _text(checked["name"], f"{where}.name"),
        _text(checked["licence"], f"{where}.licence"),
        _texts(checked["seen_as"], f"{where}.seen_as"),
        str(checked.get("version", "")),
    )


def _source(name: str, table: object) -> Source:
    checked = _checked(table, Source, name, given="name")
    if not {"git", "debian"} & set(checked):
        raise BadInput(f"{name}: names neither git nor debian")
    return Source(
        name=name,
        version=_text(checked["version"], f"{name}.version"),
        needed_by=_texts(checked["needed_by"], f"{name}.needed_by"),
        place=_folder(checked.get("place", ""), f"{name}.place"),
        git=_git(checked["git"], f"{name}.git") if "git" in checked else None,
        debian=_debian(checked["debian"], f"{name}.debian") if "debian" in checked else None,
        kit=_flag(checked.get("kit", False), f"{name}.kit"),
        licence=str(checked.get("licence", "")),
        licence_file=_folder(checked.get("licence_file", ""), f"{name}.licence_file"),
        contains=tuple(_contained(t, f"{name}.contains") for t in checked.get("contains", [])),
    )


def read(path: Path = UPSTREAM) -> dict[str, Source]:
    """Return the pinned sources by name, in the file's order.

    Raises BadInput naming the place when it is not TOML, or a key is unknown, missing or double.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        sources = {name: _source(name, table) for name, table in tables.items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: {error}", hint="mend that line") from error
    except OSError as error:
        raise BadInput(
            f"{path}: {error.strerror}", hint="git checkout ports/upstream.toml"
        ) from error
    except BadInput as error:
        raise BadInput(f"{path}: {error.what}", error.hint or "mend that key") from error
    for name in _NAMES:
        if name not in sources:
            raise BadInput(f"{path}: [{name}] is missing", hint="git checkout ports/upstream.toml")
    return sources


def fingerprint(sources: list[Source]) -> str:
    """Return 12 hex digits that change with any pin of these sources."""
    return hashlib.sha256(repr(sources).encode()).hexdigest()[:12]
