# SPDX-License-Identifier: MIT
"""Get every pinned source into the cache and put them together as one MicroPython tree.

Order: what the cache holds, git where its host answers within seconds, Debian's packages. Each
part is unpacked beside its place, renamed into it, and then its stamp is written: an interrupted
run leaves nothing that a later one trusts.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from upyfw.base.errors import BadInput, UpyfwError
from upyfw.base.paths import cache_dir, make_dir
from upyfw.base.progress import say, step
from upyfw.board import boards
from upyfw.source import source_archive, source_debian, source_git, source_picotool, source_pins
from upyfw.source.source_pins import Source

_TOOL = "picotool"
_NO_WAY = "run it again where a git host, or on Debian the package mirror, can be reached"


@dataclass(frozen=True)
class SourceTree:
    """Where the prepared sources are; read-only for builds.

    picotool_dir is the folder to pass as picotool_DIR (absent when only `unix` was prepared).
    """

    micropython: Path
    pico_sdk: Path
    lwip: Path
    picotool_dir: Path


@dataclass(frozen=True)
class State:
    """One source as the cache holds it: its pinned version, place, and what it came from."""

    version: str
    place: Path
    is_there: bool
    origin: str


@contextmanager
def _locked(cache: Path) -> Iterator[None]:
    """Hold the cache: two processes must not fetch the same thing."""
    with (cache / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another upyfw that is fetching sources")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


class _Tree:
    """The MicroPython tree of one set of pins, with a stamp for each part."""

    def __init__(self, cache: Path, pins: dict[str, Source]):
        self.cache = cache
        self.parts = {name: part for name, part in pins.items() if name != _TOOL and not part.kit}
        self.tool = pins[_TOOL]
        version = pins["micropython"].version
        made_of = source_pins.fingerprint(list(self.parts.values()))
        self.base = cache / "trees" / f"micropython-{version}-{made_of}"
        self.root = self.base / "micropython"
        made_of = source_pins.fingerprint([self.tool, pins["pico-sdk"], pins["mbedtls"]])
        self.picotool = cache / "picotool" / f"{self.tool.version}-{made_of}"

    def _stamp(self, part: Source) -> Path:
        return self.base / "stamps" / part.name

    def has(self, part: Source) -> bool:
        """Tell whether a part was put in place completely, from something still pinned."""
        if part.name == _TOOL:
            return source_picotool.executable(self.picotool).is_file()
        try:
            return part.accepts(self._stamp(part).read_text())
        except (OSError, UnicodeDecodeError):
            return False

    def state(self, part: Source) -> State:
        """Tell where a part is, or would be, and what it came from."""
        if part.name == _TOOL:
            return State(part.version, self.picotool, self.has(part), "built here")
        is_there = self.has(part)
        origin = part.origin(self._stamp(part).read_text()) if is_there else ""
        return State(part.version, self.root / part.place, is_there, origin)

    def put(self, part: Source, made: Path, stamp: str) -> None:
        """Move an unpacked part into its place. The stamp goes first and comes back last."""
        below = self.parts.values() if part.place == "." else [part]
        for each in below:
            self._stamp(each).unlink(missing_ok=True)
        target = self.root / part.place
        if part.place == ".":
            # py/mkrules.cmake insists on this file even where nothing of that library is used.
            (made / "lib" / "micropython-lib").mkdir(parents=True, exist_ok=True)
            (made / "lib" / "micropython-lib" / "README.md").touch()
        make_dir(target.parent)
        source_archive.replace(target, made)
        self.mark(part, stamp)

    def mark(self, part: Source, stamp: str) -> None:
        """Write a part's stamp: from here on it is trusted."""
        path = make_dir(self._stamp(part).parent) / part.name
        path.with_suffix(".new").write_text(stamp)
        os.replace(path.with_suffix(".new"), path)

    def finish(self, part: Source, made: Path, stamp: str) -> None:
        """Install a fetched part: picotool is built, everything else put into the tree."""
        if part.name == _TOOL:
            below = (self.root / self.parts[name].place for name in ("pico-sdk", "mbedtls"))
            source_picotool.build(made, *below, self.picotool)
            return
        self.put(part, made, stamp)

    def paths(self) -> SourceTree:
        """Return where everything is, made or not."""
        lib = self.root / "lib"
        picotool_dir = source_picotool.cmake_dir(self.picotool)
        return SourceTree(self.root, lib / "pico-sdk", lib / "lwip", picotool_dir)


def _from_git(tree: _Tree, part: Source, work: Path) -> None:
    """Fetch a part with git."""
    with step(f"fetching {part.name} {part.version} with git") as report:
        made = source_git.fetch(part.name, part.git, tree.cache, work, report)
    tree.finish(part, made, source_pins.git_stamp(part))


def _from_debian(tree: _Tree, part: Source, work: Path) -> None:
    """Fetch a part from Debian's packages and unpack it."""
    there = source_debian.cached(part.debian, tree.cache)
    if there is None:
        with step(f"fetching {part.name} {part.version} from Debian's packages") as report:
            there = source_debian.fetch(part.debian, tree.cache, report)
    archive, file = there
    with step(f"unpacking {archive.name}") as report:
        made = source_archive.unpack(archive, work / "unpacked", part.debian.root, report)
    tree.finish(part, made, file.sha256)


def _get(tree: _Tree, part: Source) -> None:
    """Get one part that is not there yet; UpyfwError says why each way failed."""
    reasons = []
    is_cached = part.debian and source_debian.cached(part.debian, tree.cache)
    with source_archive.temporary_beside(make_dir(tree.base) / part.name) as work:
        (work / "unpacked").mkdir()
        if part.git and not is_cached:
            try:
                if not (reason := source_git.unreachable(part.git)):
                    return _from_git(tree, part, work)
                reasons.append(f"git: {reason}")
            except UpyfwError as error:
                reasons.append(f"git: {error.what}")
        if part.debian:
            try:
                return _from_debian(tree, part, work)
            except UpyfwError as error:
                reasons.append(error.what)
    only = "only git has it: run it again where its host can be reached"
    raise UpyfwError("; ".join(reasons), only if part.is_only_in_git else None)


def boards_ruled_out(part: Source) -> list[str]:
    """Return the boards that cannot be built without a source."""
    found = map(boards.load, boards.names())
    return [
        board.name for board in found if board.port in part.needed_by or part.name in board.sources
    ]


def _get_all(tree: _Tree, wanted: list[Source]) -> None:
    """Get every part that is missing; one error line for each that cannot be had."""
    failed, hints = [], []
    for part in wanted:
        try:
            if not tree.has(part):
                _get(tree, part)
        except UpyfwError as error:
            names = ", ".join(boards_ruled_out(part)) or "no board"
            failed.append(f"{part.name} {part.version}: {error.what} (rules out: {names})")
            hints.append(error.hint or _NO_WAY)
    if failed:
        raise UpyfwError("\n".join(failed), hints[0])


def _wanted(pins: dict[str, Source], port: str | None, further: tuple[str, ...]) -> list[Source]:
    for name in further:
        if name not in pins:
            raise BadInput(f"{name}: no such source", hint="ports/upstream.toml has them")
    fetched = [part for part in pins.values() if not part.kit]
    if port is None:
        return [part for part in fetched if part.needed_by and not part.is_only_in_git]
    return [part for part in fetched if part.name in further or port in part.needed_by]


def prepare_micropython(port: str | None = None, further: tuple[str, ...] = ()) -> SourceTree:
    """Return the tree of every source that a port needs, and of further ones by their names.

    port None: what any port needs, but for what only git has. Fetches, checks and unpacks what the
    cache lacks, and builds picotool; takes milliseconds when all is there. Raises UpyfwError with
    one line for each source that cannot be had.
    """
    pins = source_pins.read()
    wanted = _wanted(pins, port, further)
    tree = _Tree(cache_dir(), pins)
    if all(map(tree.has, wanted)):
        return tree.paths()
    make_dir(tree.cache / "downloads")
    with _locked(tree.cache):
        source_archive.sweep(tree.base.parent)
        source_archive.sweep(tree.picotool.parent)
        _get_all(tree, wanted)
    return tree.paths()


def missing(port: str, further: tuple[str, ...] = ()) -> list[str]:
    """Return the names of sources that a build would have to fetch, and that only git has."""
    pins = source_pins.read()
    tree = _Tree(cache_dir(), pins)
    wanted = _wanted(pins, port, further)
    return [part.name for part in wanted if part.is_only_in_git and not tree.has(part)]


def states() -> dict[str, State]:
    """Return every pinned source as the cache holds it, by name; fetches nothing."""
    pins = source_pins.read()
    tree = _Tree(cache_dir(), pins)
    return {name: tree.state(part) for name, part in pins.items() if not part.kit}


def remove_cache() -> Path:
    """Remove everything that was fetched; returns the folder."""
    cache = cache_dir()
    if not cache.is_dir():
        return cache
    with _locked(cache):
        _remove(cache)
    return cache


def _remove(cache: Path) -> None:
    for name in ("trees", "downloads", "apt", "git", "picotool", "node"):
        shutil.rmtree(cache / name, ignore_errors=True)
