# SPDX-License-Identifier: MIT
"""Board definitions: boards/<NAME>/board.toml, read strictly (docs/formats/board-file.md)."""

import difflib
import functools
import re
from dataclasses import dataclass
from pathlib import Path

from upyfw.base.errors import UpyfwError
from upyfw.base.paths import REPO
from upyfw.board import layout, partitions, pins, strict
from upyfw.board.chip import Chip
from upyfw.board.chips import CHIPS
from upyfw.board.port import Port
from upyfw.board.ports import PORTS
from upyfw.board.strict import Refused, Table

BOARDS_DIR = REPO / "boards"
MANIFESTS = REPO / "manifest"

# of the flash chips that an ESP image header can name
_FLASH_MODES = ("qio", "qout", "dio", "dout")
_PSRAM_MODES = ("quad", "octal")
_OPTIMIZE = ("size", "speed")
_TIERS = (1, 2, 3)
# the source that a board of the port rp2 has Bluetooth from
_BLUETOOTH = "btstack"
# the files that make a MicroPython board, where upstream has none
OWN_FILES = ("mpconfigboard.h", "mpconfigboard.cmake", "pins.csv")


@dataclass(frozen=True)
class Flash:
    """The flash chip, or the image file that stands for it; sizes in bytes.

    mode and clock are what the header of an ESP image says; None on other ports.
    """

    size_bytes: int
    erase_bytes: int
    mode: str | None = None
    clock_mhz: int | None = None


@dataclass(frozen=True)
class Firmware:
    """What the build is told and what is known of it without one.

    optimize: "size", "speed" or None for MicroPython's own choice. upstream_bytes: size of
    MicroPython's firmware for the board without us, from elsewhere; None where we build it.
    bluetooth: False leaves out what MicroPython has of it for a board whose chip could do it.
    """

    optimize: str | None = None
    upstream_bytes: int | None = None
    bluetooth: bool = True


@dataclass(frozen=True)
class Psram:
    """RAM outside the chip."""

    size_bytes: int
    mode: str


@dataclass(frozen=True)
class Littlefs:
    """Geometry that the device mounts with; bytes."""

    block_bytes: int
    prog_bytes: int
    read_bytes: int

    def fault(self, erase_bytes: int) -> str | None:
        """Return "key: reason" for the first rule that the sizes break, or None.

        Source: littlefs lfs.c, lfs_init; its cache is four times prog, its lookahead buffer has
        the size of read (MicroPython extmod/vfs_lfs.c).
        """
        if self.read_bytes % 8:
            return "read: is no multiple of 8B"
        if self.prog_bytes % self.read_bytes:
            return "prog: is no multiple of littlefs.read"
        if self.block_bytes % (4 * self.prog_bytes):
            return "block: is no multiple of four times littlefs.prog"
        if self.block_bytes % erase_bytes:
            return "block: is no multiple of flash.erase"
        return None


@dataclass(frozen=True)
class Board:
    """One checked board.toml.

    upstream: MicroPython's board (unix: variant), or one of ours whose folder has its C files.
    variant: of that board, or None. sources: further ones of ports/upstream.toml that it needs.
    """

    name: str
    vendor: str
    product: str
    url: str | None
    chip: Chip
    upstream: str
    variant: str | None
    tier: int
    sources: tuple[str, ...]
    firmware: Firmware
    flash: Flash
    psram: Psram | None
    littlefs: Littlefs
    regions: tuple[layout.Region, ...]
    pins: dict
    path: Path
    # what is frozen into its firmware: manifest/<profile>.py
    profile: str = "full"
    # a network over the USB cable (modules/c/usbnet)
    usbnet: bool = False
    # names of its board file in the releases before this firmware, without .board
    formerly: tuple[str, ...] = ()

    @property
    def port(self) -> str:
        """Folder of ports/, MicroPython's and ours."""
        return self.chip.port

    @property
    def record(self) -> Port:
        """What the tool knows of that port."""
        return PORTS[self.port]

    @property
    def c_dir(self) -> Path:
        """Folder of ours that has the board's C files, if MicroPython has not."""
        return self.path.parent.parent / self.upstream

    @property
    def system_name(self) -> str:
        """sdata.name on the device."""
        return "upyOS-" + self.record.platform

    @property
    def device_path(self) -> str:
        """Path of the board file on the device."""
        return f"/etc/{self.system_name}.board"

    @property
    def fs_region(self) -> layout.Region:
        """Region of the file system."""
        return self.region(self.record.fs_region)

    @property
    def slots(self) -> tuple[layout.Region, ...]:
        """Where firmware goes: one region or two, the first is flashed; a program has none."""
        return layout.slots(self.regions)

    @property
    def swap(self) -> layout.Swap | None:
        """The regions that a boot loader of ours swaps, None without one."""
        return layout.swap(self.regions)

    @property
    def pair(self) -> layout.Pair | None:
        """The regions that the boot ROM chooses from, None where it has none."""
        return layout.pair(self.regions)

    @property
    def update(self) -> layout.Update | None:
        """How it takes firmware over the air, None with one slot."""
        return layout.update(self.regions, self.record.image_header_bytes)

    @property
    def room_bytes(self) -> int:
        """Size of the largest firmware."""
        return self.update.room_bytes if self.update else self.slots[0].size_bytes

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


@functools.cache
def like_chip(name: str) -> tuple[Board, ...]:
    """Return the other shipped boards with the chip of a board, one of each set of pins."""
    board = load(name)
    seen, found = [board.pins], []
    for other in map(load, names()):
        if other.chip == board.chip and other.pins not in seen:
            seen.append(other.pins)
            found.append(other)
    return tuple(found)


def load_file(path: Path) -> Board:
    """Return the board of one file, which stands in the folder of the board's name."""
    shown = path.relative_to(REPO) if path.is_relative_to(REPO) else path
    try:
        return parse(_whole(path), path)
    except Refused as exc:
        raise UpyfwError(
            f"{shown}: {exc}", hint="docs/formats/board-file.md lists the keys", status=2
        ) from None
    except OSError as exc:
        raise UpyfwError(f"{shown}: {exc.strerror}", status=2) from None


def _whole(path: Path, above: tuple[str, ...] = ()) -> dict:
    """Read a board file, on top of the one that it is like."""
    data = strict.read(path)
    base = data.pop("like", None)
    if base is None:
        return data
    other = path.parent.parent / str(base) / "board.toml"
    if not other.is_file():
        raise Refused(f"like: no board {base!r}")
    if base in (path.parent.name, *above):
        raise Refused(f'like: "{base}" is like this board itself')
    return _merged(_whole(other, (*above, path.parent.name)), data)


def _merged(below: dict, over: dict) -> dict:
    """Tables are merged key by key, everything else is replaced."""
    both = {**below, **over}
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            both[key] = _merged(below[key], value)
    return both


def parse(data: dict, path: Path) -> Board:
    """Return the board of a parsed file that stands at path; Refused if it breaks a rule."""
    top = Table(data)
    name = top.text("name", r"[A-Z][A-Z0-9_]*")
    if name != path.parent.name:
        raise Refused(f'name: "{name}" is not the folder\'s name "{path.parent.name}"')
    chip = CHIPS[top.one_of("chip", CHIPS)]
    sources = _texts(top, "sources", r"\S+")
    firmware_table = top.take("firmware", dict, optional=True)
    firmware = Firmware() if firmware_table is None else _firmware(firmware_table, chip, sources)
    psram = top.take("psram", dict, optional=True)
    board = Board(
        name=name,
        vendor=top.text("vendor"),
        product=top.text("product"),
        url=top.text("url", r"https://\S+", optional=True),
        chip=chip,
        upstream=top.text("upstream", r"\w+"),
        variant=top.text("variant", r"\w+", optional=True),
        tier=top.number("tier"),
        sources=tuple(each for each in sources if firmware.bluetooth or each != _BLUETOOTH),
        firmware=firmware,
        flash=_flash(top.take("flash", dict), chip),
        psram=_psram(psram) if psram is not None else None,
        littlefs=_littlefs(top.take("littlefs", dict)),
        regions=_regions(top.take("regions", list), chip),
        pins=pins.checked(top.take("pins", dict), Refused),
        path=path,
        profile=_profile(top),
        usbnet=_usbnet(top, chip),
        formerly=_texts(top, "formerly", r"[\w-]+"),
    )
    top.done()
    _check_origin(board)
    check_layout(board)
    return board


def _profile(top: Table) -> str:
    profile = top.take("profile", str, optional=True) or Board.profile
    if not (MANIFESTS / f"{profile}.py").is_file():
        known = ", ".join(sorted(path.stem for path in MANIFESTS.glob("*.py")))
        raise Refused(f'profile: no profile "{profile}"; there are {known}')
    return profile


def _usbnet(top: Table, chip: Chip) -> bool:
    usbnet = top.take("usbnet", bool, optional=True) or False
    if usbnet and not PORTS[chip.port].can_usbnet:
        raise Refused(f"usbnet: the port {chip.port} has none")
    return usbnet


def _texts(top: Table, key: str, pattern: str) -> tuple[str, ...]:
    """Return a list of texts that a pattern fits; it may be left out."""
    words = top.take(key, list, optional=True) or []
    for i, word in enumerate(words):
        if not isinstance(word, str) or not re.fullmatch(pattern, word):
            raise Refused(f"{key}[{i}]: {word!r} is no name")
    return tuple(words)


def _firmware(data: object, chip: Chip, sources: tuple[str, ...]) -> Firmware:
    table = Table(data, "firmware.")
    # other ports have no such switch
    optimize = table.one_of("optimize", _OPTIMIZE, optional=True) if chip.is_esp else None
    bluetooth = table.take("bluetooth", bool, optional=True)
    if bluetooth is not None and not PORTS[chip.port].has_bluetooth and _BLUETOOTH not in sources:
        raise Refused("firmware.bluetooth: MicroPython has none for this board")
    firmware = Firmware(
        optimize, table.number("upstream_bytes", optional=True), bluetooth is not False
    )
    table.done()
    return firmware


def _flash(data: object, chip: Chip) -> Flash:
    table = Table(data, "flash.")
    mode = table.one_of("mode", _FLASH_MODES) if chip.is_esp else None
    clock = table.number("clock_mhz") if chip.is_esp else None
    if clock is not None and clock not in chip.flash_mhz:
        known = ", ".join(map(str, chip.flash_mhz))
        raise Refused(f"flash.clock_mhz: {clock} is none of {known}, which {chip.mcu} has")
    flash = Flash(table.size("size"), table.size("erase"), mode, clock)
    table.done()
    return flash


def _psram(data: object) -> Psram:
    table = Table(data, "psram.")
    psram = Psram(table.size("size"), table.one_of("mode", _PSRAM_MODES))
    table.done()
    return psram


def _littlefs(data: object) -> Littlefs:
    table = Table(data, "littlefs.")
    sizes = Littlefs(table.size("block"), table.size("prog"), table.size("read"))
    table.done()
    return sizes


def _regions(rows: object, chip: Chip) -> tuple[layout.Region, ...]:
    regions = []
    has_table = PORTS[chip.port].has_table
    for i, row in enumerate(rows):
        table = Table(row, f"regions[{i}].")
        name = table.text("name", r"[a-z][a-z0-9_]*")
        offset, size_bytes = table.number("offset"), table.size("size")
        # a row of the partition table has both
        kind = table.one_of("type", partitions.TYPES, optional=True) if has_table else None
        subtype = table.one_of("subtype", partitions.SUBTYPES[kind]) if kind else None
        regions.append(layout.Region(name, offset, size_bytes, kind, subtype))
        table.done()
    return tuple(regions)


def _check_origin(board: Board) -> None:
    """A board's C files are all there, or none and MicroPython has them."""
    if board.tier not in _TIERS:
        raise Refused(f"tier: {board.tier} is none of 1, 2, 3")
    there = [name for name in OWN_FILES if (board.c_dir / name).is_file()]
    for name in OWN_FILES:
        if there and name not in there:
            raise Refused(f"upstream: boards/{board.upstream} has no {name}")


def check_layout(board: Board) -> None:
    """Raise Refused for the first rule that the regions of a board break."""
    for name in board.record.regions:
        if layout.find(board.regions, name) is None:
            raise Refused(f'regions: no region "{name}"')
    fault = layout.fault(board.regions, board.flash.size_bytes, board.flash.erase_bytes)
    fault = fault or board.record.fault(board.regions, board.chip, board.flash.size_bytes)
    if fault:
        raise Refused(fault)
    fault = board.littlefs.fault(board.flash.erase_bytes)
    if fault:
        raise Refused(f"littlefs.{fault}")
    if board.fs_region.size_bytes % board.littlefs.block_bytes:
        raise Refused(
            f'regions: size of "{board.fs_region.name}" is no multiple of littlefs.block'
        )
