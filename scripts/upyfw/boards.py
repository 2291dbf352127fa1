# SPDX-License-Identifier: MIT
"""Board definitions: boards/<NAME>/board.toml, read strictly (docs/formats/board-file.md)."""

import difflib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from upyfw import layout, pins, uf2
from upyfw.errors import UpyfwError
from upyfw.paths import REPO

BOARDS_DIR = REPO / "boards"
MANIFESTS = REPO / "manifest"

# port -> what sys.platform says there; MicroPython mpconfigport.h, MICROPY_PY_SYS_PLATFORM
PLATFORMS = {"rp2": "rp2", "unix": "linux"}


@dataclass(frozen=True)
class Flash:
    """The flash chip, or the image file that stands for it; sizes in bytes."""

    size_bytes: int
    erase_bytes: int
    address: int | None
    uf2_family: str | None


@dataclass(frozen=True)
class Littlefs:
    """Geometry that the device mounts with; bytes."""

    block_bytes: int
    prog_bytes: int
    read_bytes: int


@dataclass(frozen=True)
class Board:
    """One checked board.toml."""

    name: str
    vendor: str
    product: str
    mcu: str
    arch: str
    port: str
    upstream: str
    flash: Flash
    littlefs: Littlefs
    regions: tuple[layout.Region, ...]
    pins: dict
    path: Path
    # what is frozen into its firmware: manifest/<profile>.py
    profile: str = "full"

    @property
    def system_name(self) -> str:
        """sdata.name on the device."""
        return "upyOS-" + PLATFORMS[self.port]

    @property
    def device_path(self) -> str:
        """Path of the board file on the device."""
        return f"/etc/{self.system_name}.board"

    @property
    def fs_region(self) -> layout.Region:
        """Region of the file system."""
        return self.region("littlefs")

    @property
    def block_count(self) -> int:
        """Blocks of the file system."""
        return self.fs_region.size_bytes // self.littlefs.block_bytes

    def region(self, name: str) -> layout.Region:
        """Return the region of that name; KeyError if the board has none."""
        found = layout.find(self.regions, name)
        if found is None:
            raise KeyError(name)
        return found


class Refused(ValueError):
    """A key of a board file that breaks a rule: "key: reason"."""


class _Table:
    """One TOML table; every key must be asked for, what is left over is refused."""

    def __init__(self, data: object, where: str = "") -> None:
        if not isinstance(data, dict):
            raise Refused(f"{where.rstrip('.')}: must be a table")
        self.data, self.where, self.known = data, where, []

    def take(self, key: str, kind: type, optional: bool = False) -> object:
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

    def text(self, key: str, pattern: str = r"\S(.*\S)?") -> str:
        value = self.take(key, str)
        if not re.fullmatch(pattern, value):
            raise Refused(f"{self.where}{key}: {value!r} cannot be used here")
        return value

    def number(self, key: str, optional: bool = False) -> int | None:
        value = self.take(key, int, optional)
        if value is not None and value < 0:
            raise Refused(f"{self.where}{key}: {value} is negative")
        return value

    def size(self, key: str) -> int:
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

    def done(self) -> None:
        for key in self.data:
            if key not in self.known:
                near = difflib.get_close_matches(key, self.known, 1)
                meant = f', did you mean "{near[0]}"?' if near else ""
                raise Refused(f"{self.where}{key}: unknown key{meant}")


_KINDS = {str: "text", int: "a whole number", dict: "a table", list: "a list"}


def names(boards_dir: Path = BOARDS_DIR) -> list[str]:
    """Return the names of all boards, sorted."""
    return sorted(path.parent.name for path in boards_dir.glob("*/board.toml"))


def load(name: str, boards_dir: Path = BOARDS_DIR) -> Board:
    """Return the checked definition of one board.

    Raises UpyfwError (status 2) for an unknown name and for a file that breaks a rule.
    """
    known = names(boards_dir)
    if name not in known:
        near = difflib.get_close_matches(name.upper(), known, 3, 0.5)
        hint = "nearest: " + ", ".join(near) if near else "known: " + ", ".join(known)
        raise UpyfwError(f"{name}: no such board", hint=hint, status=2)
    return load_file(boards_dir / name / "board.toml")


def load_file(path: Path) -> Board:
    """Return the board of one file, which stands in the folder of the board's name."""
    shown = path.relative_to(REPO) if path.is_relative_to(REPO) else path
    try:
        return parse(_read(path), path)
    except Refused as exc:
        raise UpyfwError(
            f"{shown}: {exc}", hint="docs/formats/board-file.md lists the keys", status=2
        ) from None
    except OSError as exc:
        raise UpyfwError(f"{shown}: {exc.strerror}", status=2) from None


def _read(path: Path) -> dict:
    """Parse TOML; a repeated key is refused by its name, which tomllib does not give."""
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


def parse(data: dict, path: Path) -> Board:
    """Return the board of a parsed file that stands at path; Refused if it breaks a rule."""
    top = _Table(data)
    name = top.text("name", r"[A-Z][A-Z0-9_]*")
    if name != path.parent.name:
        raise Refused(f'name: "{name}" is not the folder\'s name "{path.parent.name}"')
    port = top.text("port")
    if port not in PLATFORMS:
        raise Refused(f'port: no port "{port}"; there are {", ".join(sorted(PLATFORMS))}')
    board = Board(
        name=name,
        vendor=top.text("vendor"),
        product=top.text("product"),
        mcu=top.text("mcu"),
        arch=top.text("arch"),
        port=port,
        upstream=top.text("upstream", r"\w+"),
        flash=_flash(top.take("flash", dict), port),
        littlefs=_littlefs(top.take("littlefs", dict)),
        regions=_regions(top.take("regions", list)),
        pins=pins.checked(top.take("pins", dict), Refused),
        path=path,
        profile=_profile(top),
    )
    top.done()
    _check_layout(board)
    return board


def _profile(top: _Table) -> str:
    profile = top.take("profile", str, optional=True) or Board.profile
    if not (MANIFESTS / f"{profile}.py").is_file():
        known = ", ".join(sorted(path.stem for path in MANIFESTS.glob("*.py")))
        raise Refused(f'profile: no profile "{profile}"; there are {known}')
    return profile


def _flash(data: object, port: str) -> Flash:
    table = _Table(data, "flash.")
    chip = port != "unix"
    address = table.number("address") if chip else None
    family = table.text("uf2_family") if chip else None
    if family is not None and family not in uf2.FAMILIES:
        raise Refused(f'flash.uf2_family: no family "{family}"; {", ".join(uf2.FAMILIES)}')
    flash = Flash(table.size("size"), table.size("erase"), address, family)
    table.done()
    return flash


def _littlefs(data: object) -> Littlefs:
    table = _Table(data, "littlefs.")
    sizes = Littlefs(table.size("block"), table.size("prog"), table.size("read"))
    table.done()
    if sizes.prog_bytes % sizes.read_bytes:
        raise Refused("littlefs.prog: is no multiple of littlefs.read")
    if sizes.block_bytes % sizes.prog_bytes:
        raise Refused("littlefs.block: is no multiple of littlefs.prog")
    return sizes


def _regions(rows: object) -> tuple[layout.Region, ...]:
    regions = []
    for i, row in enumerate(rows):
        table = _Table(row, f"regions[{i}].")
        name = table.text("name", r"[a-z][a-z0-9_]*")
        regions.append(layout.Region(name, table.number("offset"), table.size("size")))
        table.done()
    return tuple(regions)


def _check_layout(board: Board) -> None:
    needed = ("littlefs",) if board.port == "unix" else ("firmware", "littlefs")
    for name in needed:
        if layout.find(board.regions, name) is None:
            raise Refused(f'regions: no region "{name}"')
    fault = layout.fault(board.regions, board.flash.size_bytes, board.flash.erase_bytes)
    if fault:
        raise Refused(fault)
    if board.littlefs.block_bytes % board.flash.erase_bytes:
        raise Refused("littlefs.block: is no multiple of flash.erase")
    if board.fs_region.size_bytes % board.littlefs.block_bytes:
        raise Refused('regions: size of "littlefs" is no multiple of littlefs.block')
