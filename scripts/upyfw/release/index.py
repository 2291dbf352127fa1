# SPDX-License-Identifier: MIT
"""The manifest of a release: which file is for which board, docs/formats/release.md.

All that flashing needs is in it, so a machine that has the files and this tool needs nothing else.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

from upyfw.base.errors import BadInput
from upyfw.board import boards, layout, partitions
from upyfw.board.boards import Board
from upyfw.board.chips import CHIPS
from upyfw.board.firmware import Firmware
from upyfw.board.strict import Refused, Table

NAME = "manifest.json"
SUMS = "SHA256SUMS"
# one more with every change that an older tool would misread
FORMAT = 1

# kind of a file: everything at once, the firmware alone, a program of this machine, its files
FULL, UPDATE, PROGRAM, FILES = "full", "update", "program", "files"
KINDS = (FULL, UPDATE, PROGRAM, FILES)
# how a file holds its content: UF2 blocks, or bytes as they lie in the flash
UF2, RAW = "uf2", "raw"
CONTAINERS = (UF2, RAW)

_SHA256 = r"[0-9a-f]{64}"
_FILE_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"


@dataclass(frozen=True)
class Part:
    """What a file writes into one region of the flash; offset from the start of the flash."""

    region: str
    offset: int
    size_bytes: int


@dataclass(frozen=True)
class File:
    """One file of a release."""

    name: str
    board: str
    kind: str
    container: str
    chip: str
    version: str
    profile: str
    size_bytes: int
    sha256: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Release:
    """A manifest, and the folder of its files. not_built: {board: reason}."""

    folder: Path
    version: str
    micropython: str
    boards: dict[str, Board]
    files: tuple[File, ...]
    not_built: dict[str, str]

    def of_board(self, board: str) -> list[File]:
        """Return the files of a board."""
        return [file for file in self.files if file.board == board]


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# Writing


def text(release: Release) -> str:
    """Return the manifest as JSON, the same for the same release."""
    data = {
        "format": FORMAT,
        "version": release.version,
        "micropython": release.micropython,
        "boards": {name: _board_data(board) for name, board in sorted(release.boards.items())},
        "files": [_file_data(file) for file in sorted(release.files, key=lambda f: f.name)],
        "not_built": dict(sorted(release.not_built.items())),
    }
    return json.dumps(data, indent=1) + "\n"


def _file_data(file: File) -> dict:
    return {**vars(file), "parts": [vars(part) for part in file.parts]}


def _board_data(board: Board) -> dict:
    return {
        "vendor": board.vendor,
        "product": board.product,
        "chip": board.chip.name,
        "flash": layout.size_text(board.flash.size_bytes),
        "erase": layout.size_text(board.flash.erase_bytes),
        "littlefs": {
            "block": layout.size_text(board.littlefs.block_bytes),
            "prog": layout.size_text(board.littlefs.prog_bytes),
            "read": layout.size_text(board.littlefs.read_bytes),
        },
        "regions": [_region_data(region) for region in board.regions],
    }


def _region_data(region: layout.Region) -> dict:
    row = {"name": region.name, "offset": region.offset}
    row["size"] = layout.size_text(region.size_bytes)
    return row | ({"type": region.type, "subtype": region.subtype} if region.type else {})


# Reading


def read(folder: Path) -> Release:
    """Return the release whose manifest lies in a folder.

    Raises BadInput if there is none, it breaks a rule, or is not the one that SHA256SUMS beside
    it was made for. The files themselves are looked at when they are used: checked().
    """
    path = folder / NAME
    try:
        data = path.read_bytes()
    except OSError as exc:
        hint = f"{NAME} of the same release belongs beside the files"
        raise BadInput(f"{path}: {exc.strerror}", hint) from None
    hint = "get it again, with the files of the same release"
    _check_sums(folder, data, hint)
    try:
        return _release(folder, json.loads(data))
    except (Refused, KeyError) as exc:
        raise BadInput(f"{path}: {exc}", hint) from None
    except ValueError as exc:
        raise BadInput(f"{path}: no JSON: {exc}", hint) from None


def _check_sums(folder: Path, data: bytes, hint: str) -> None:
    path = folder / SUMS
    if not path.exists():
        return
    digest = hashlib.sha256(data).hexdigest()
    if f"{digest}  {NAME}" not in path.read_text(errors="replace").splitlines():
        raise BadInput(f"{folder / NAME}: is not the one that {SUMS} was made for", hint)


def _release(folder: Path, data: object) -> Release:
    top = Table(data)
    number = top.number("format")
    if number != FORMAT:
        raise Refused(f"format: {number}, this upyfw reads {FORMAT}; use the one of that release")
    release = Release(
        folder=folder,
        version=top.text("version"),
        micropython=top.text("micropython"),
        boards={name: _board(name, row) for name, row in top.take("boards", dict).items()},
        files=tuple(_file(row, f"files[{i}].") for i, row in enumerate(top.take("files", list))),
        not_built=_reasons(top.take("not_built", dict)),
    )
    top.done()
    for i, file in enumerate(release.files):
        _check_file(file, f"files[{i}].", release.boards)
    return release


def _reasons(data: dict) -> dict[str, str]:
    table = Table(data, "not_built.")
    return {name: table.text(name) for name in data}


def _board(name: str, data: object) -> Board:
    table = Table(data, f"boards.{name}.")
    chip = CHIPS[table.one_of("chip", CHIPS)]
    sizes = Table(table.take("littlefs", dict), f"boards.{name}.littlefs.")
    board = Board(
        name=name,
        vendor=table.text("vendor"),
        product=table.text("product"),
        url=None,
        chip=chip,
        upstream=None,
        variant=None,
        tier=0,
        sources=(),
        firmware=Firmware(),
        flash=boards.Flash(table.size("flash"), table.size("erase")),
        psram=None,
        littlefs=boards.Littlefs(sizes.size("block"), sizes.size("prog"), sizes.size("read")),
        regions=tuple(
            _region(row, f"boards.{name}.regions[{i}].")
            for i, row in enumerate(table.take("regions", list))
        ),
        pins={},
        path=Path(NAME),
    )
    sizes.done()
    table.done()
    try:
        boards.check_layout(board)
    except Refused as exc:
        raise Refused(f"boards.{name}.{exc}") from None
    return board


def _region(data: object, where: str) -> layout.Region:
    table = Table(data, where)
    kind = table.one_of("type", partitions.TYPES, optional=True)
    subtype = table.one_of("subtype", partitions.SUBTYPES[kind]) if kind else None
    name, offset = table.text("name"), table.number("offset")
    region = layout.Region(name, offset, table.size("size"), kind, subtype)
    table.done()
    return region


def _file(data: object, where: str) -> File:
    table = Table(data, where)
    file = File(
        name=table.text("name", _FILE_NAME),
        board=table.text("board"),
        kind=table.one_of("kind", KINDS),
        container=table.one_of("container", CONTAINERS),
        chip=table.one_of("chip", CHIPS),
        version=table.text("version"),
        profile=table.text("profile"),
        size_bytes=table.number("size_bytes"),
        sha256=table.text("sha256", _SHA256),
        parts=tuple(
            _part(row, f"{where}parts[{i}].") for i, row in enumerate(table.take("parts", list))
        ),
    )
    table.done()
    return file


def _part(data: object, where: str) -> Part:
    table = Table(data, where)
    part = Part(table.text("region"), table.number("offset"), table.number("size_bytes"))
    table.done()
    return part


def _check_file(file: File, where: str, known: dict[str, Board]) -> None:
    """A file's board is there, and each part lies in the region that it names."""
    board = known.get(file.board)
    if board is None:
        raise Refused(f'{where}board: "{file.board}" is none of the boards')
    if file.chip != board.chip.name:
        raise Refused(f"{where}chip: {file.chip}, the board's is {board.chip.name}")
    for i, part in enumerate(file.parts):
        region = layout.find(board.regions, part.region)
        if region is None:
            raise Refused(f'{where}parts[{i}].region: no region "{part.region}"')
        if part.offset < region.offset or part.offset + part.size_bytes > region.end:
            raise Refused(f'{where}parts[{i}]: is not inside the region "{part.region}"')


# Files


def checked(release: Release, file: File) -> bytes:
    """Return the content of a file of the release.

    Raises BadInput if it is missing, cut off or another one.
    """
    path = release.folder / file.name
    hint = "get it again, or build it again"
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise BadInput(f"{path}: {exc.strerror}", hint) from None
    if len(data) != file.size_bytes:
        what = f"{path}: has {len(data):,} bytes, it should be {file.size_bytes:,}"
        raise BadInput(what, hint)
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise BadInput(f"{path}: its SHA-256 is not the one in {NAME}", hint)
    return data


def find(release: Release, path: Path) -> File:
    """Return the entry of a file, by its name or, if it was renamed, by its content.

    Raises BadInput if the manifest does not know it.
    """
    for file in release.files:
        if file.name == path.name:
            return file
    try:
        digest = sha256(path)
    except OSError as exc:
        raise BadInput(f"{path}: {exc.strerror}") from None
    for file in release.files:
        if file.sha256 == digest:
            return replace(file, name=path.name)
    raise BadInput(
        f"{path}: {release.folder / NAME} does not know it",
        "use a file and the manifest of one release",
    )
