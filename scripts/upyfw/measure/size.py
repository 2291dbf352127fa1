# SPDX-License-Identifier: MIT
"""What takes the room: flash by part and by frozen module, static RAM, the file system."""

import re
import struct
from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

from upyfw.base.errors import UpyfwError
from upyfw.board.boards import Board
from upyfw.board.chip import Chip
from upyfw.board.port import ESP, UF2
from upyfw.board.ports import HOST
from upyfw.image import fsimage, uf2
from upyfw.image.artifacts import Artifacts

# where the RAM of both chips is; RP2040 datasheet, 2.2; RP2350 datasheet, 2.2
_RP2_RAM = range(0x20000000, 0x20082000)
# of esptool's memory maps. RTC memory is left out: the heap is never there
_ESP_RAM = ("DRAM", "IRAM", "DIRAM_DRAM", "DIRAM_IRAM")
# ESP-IDF's linker scripts leave out in one view of a memory what another one has taken
_FILLER = "dummy"
# names that MicroPython's tools/mpy-tool.py gives to what it generates
_OWNED = re.compile(
    r"(?:fun_data|proto_fun|raw_code|children|const_qstr_table_data|const_obj_table_data|"
    r"const_obj|frozen_module|fun_inline_asm)_(.+)"
)
_SHARED = re.compile(r"mp_qstr_frozen_const_\w+|mp_frozen_\w+")
_FROZEN_FILE = "frozen_content.c"


@dataclass(frozen=True)
class Report:
    """Sizes in bytes; heap_bytes, region_bytes and the file system's are None where unknown."""

    board: str
    flash_bytes: int
    region_bytes: int | None
    modules: dict[str, int]
    shared_bytes: int
    ram_static_bytes: int
    heap_bytes: int | None
    fs_bytes: int | None
    fs_used_bytes: int | None

    @property
    def frozen_bytes(self) -> int:
        """All frozen modules and the tables that they share."""
        return sum(self.modules.values()) + self.shared_bytes

    @property
    def c_bytes(self) -> int:
        """The firmware without what is frozen."""
        return self.flash_bytes - self.frozen_bytes

    @property
    def left_bytes(self) -> int | None:
        """Room left in the firmware's region."""
        return None if self.region_bytes is None else self.region_bytes - self.flash_bytes

    def as_json(self) -> dict:
        """Return the report for --json: modules by size, largest first."""
        names = ("board", "flash_bytes", "region_bytes", "left_bytes", "c_bytes", "frozen_bytes")
        names += ("shared_bytes", "ram_static_bytes", "heap_bytes", "fs_bytes", "fs_used_bytes")
        return {name: getattr(self, name) for name in names} | {"modules": self.modules}


def measure(board: Board, firmware: Path, elf: Path, fs_image: Path | None) -> Report:
    """Return the report of one build.

    Raises UpyfwError if a file is missing or the ELF file is none.
    """
    try:
        with open(elf, "rb") as file:
            program = _Program(ELFFile(file))
            modules, shared_bytes = program.frozen()
            flash_bytes = program.flash_bytes()
            ram_bytes = program.ram_bytes(_ram(board.chip))
            heap_bytes = program.heap_bytes()
        region_bytes = None
        if board.record.image == UF2:
            image = uf2.read(firmware.read_bytes())
            start_off = image.start_addr - board.chip.flash_addr
            if board.update:
                start_off = board.update.slot.offset
            flash_bytes = image.end_addr - board.chip.flash_addr - start_off
        elif board.record.image == ESP:
            flash_bytes = firmware.stat().st_size
        if board.slots:
            region_bytes = board.slots[0].size_bytes
    except OSError as exc:
        hint = f"./upyfw build {board.name}"
        raise UpyfwError(f"{board.name}: {exc.filename}: {exc.strerror}", hint=hint) from None
    except (ELFError, ValueError) as exc:
        raise UpyfwError(f"{board.name}: {elf}: {exc}", status=2) from None
    used = fsimage.used_bytes(board, fs_image.read_bytes()) if fs_image else None
    return Report(
        board=board.name,
        flash_bytes=flash_bytes,
        region_bytes=region_bytes,
        modules=dict(sorted(modules.items(), key=lambda item: (-item[1], item[0]))),
        shared_bytes=shared_bytes,
        ram_static_bytes=ram_bytes,
        heap_bytes=heap_bytes,
        fs_bytes=board.fs_region.size_bytes if fs_image else None,
        fs_used_bytes=used,
    )


def of_build(made: Artifacts) -> Report:
    """Return the report of what firmware.build() gave."""
    return measure(made.board, made.firmware, made.elf, made.fs_image)


def _ram(chip: Chip) -> list[range] | None:
    """Return where a chip has its RAM; None for this machine's own, where it is anywhere."""
    if chip.port == HOST.name:
        return None
    if not chip.is_esp:
        return [_RP2_RAM]
    from esptool.targets import CHIP_DEFS

    rows = CHIP_DEFS[chip.name].MEMORY_MAP
    return [range(start, end) for start, end, kind in rows if kind in _ESP_RAM]


class _Program:
    """An ELF file of MicroPython."""

    def __init__(self, elf: ELFFile) -> None:
        self.elf = elf
        self.allocated = [
            section for section in elf.iter_sections() if section["sh_flags"] & SH_FLAGS.SHF_ALLOC
        ]
        self.symbols = {}
        self.frozen_symbols = []
        table = elf.get_section_by_name(".symtab")
        if table is None:
            raise ELFError("no symbols")
        file_name = None
        for symbol in table.iter_symbols():
            kind = symbol["st_info"]["type"]
            if kind == "STT_FILE":
                file_name = symbol.name
            elif kind == "STT_OBJECT":
                self.symbols[symbol.name] = symbol
                if file_name == _FROZEN_FILE:
                    self.frozen_symbols.append(symbol)
            elif symbol["st_info"]["bind"] == "STB_GLOBAL":
                self.symbols[symbol.name] = symbol

    def flash_bytes(self) -> int:
        """Return the bytes of all sections that are stored."""
        return sum(part["sh_size"] for part in self.allocated if part["sh_type"] != "SHT_NOBITS")

    def ram_bytes(self, ram: list[range] | None) -> int:
        """Return the bytes of RAM that are taken before the first line of Python runs.

        ram: where it is. Code that runs from there counts; without ram only what is written to.
        """
        total = 0
        for part in self.allocated:
            if ram is None:
                counts = part["sh_flags"] & SH_FLAGS.SHF_WRITE
            else:
                counts = any(part["sh_addr"] in each for each in ram)
            if counts and not part.name.endswith(_FILLER):
                total += part["sh_size"]
        return total

    def heap_bytes(self) -> int | None:
        """Return the size of the garbage-collected heap that the linker script leaves."""
        start, end = self.symbols.get("__GcHeapStart"), self.symbols.get("__GcHeapEnd")
        return end["st_value"] - start["st_value"] if start and end else None

    def frozen(self) -> tuple[dict[str, int], int]:
        """Return ({module path: bytes}, bytes of the tables that all share)."""
        paths = self._module_paths()
        modules = dict.fromkeys(paths.values(), 0)
        shared = self._qstr_text_bytes()
        for symbol in self.frozen_symbols:
            owner = _owner(symbol.name, paths)
            if owner:
                modules[owner] += symbol["st_size"] + self._text_bytes(symbol)
        for name, symbol in self.symbols.items():
            if _SHARED.fullmatch(name):
                shared += symbol["st_size"]
        return modules, shared

    def _module_paths(self) -> dict[str, str]:
        """Return {name in C: path}, from the list of names that the firmware searches."""
        names = self._content("mp_frozen_names").split(b"\0")
        paths = [name.decode() for name in names if name]
        return {re.sub(r"\W", "_", path.removesuffix(".py")): path for path in paths}

    def _content(self, name: str) -> bytes:
        symbol = self.symbols.get(name)
        return self._read(symbol["st_value"], symbol["st_size"]) if symbol else b""

    def _read(self, addr: int, size_bytes: int) -> bytes:
        for part in self.allocated:
            if part["sh_addr"] <= addr < part["sh_addr"] + part["sh_size"]:
                self.elf.stream.seek(part["sh_offset"] + addr - part["sh_addr"])
                return self.elf.stream.read(size_bytes)
        return b""

    def _text_bytes(self, symbol: object) -> int:
        """Return the length of the text that a str or bytes constant points to, else 0.

        Layout: MicroPython py/objstr.h, mp_obj_str_t: type, hash, length, data, a word each.
        """
        word = self.elf.elfclass // 8
        if not symbol.name.startswith("const_obj_") or symbol["st_size"] != 4 * word:
            return 0
        layout = "<4Q" if word == 8 else "<4I"
        kind, _, length, _ = struct.unpack(layout, self._read(symbol["st_value"], 4 * word))
        types = ("mp_type_str", "mp_type_bytes")
        if kind in [self.symbols[name]["st_value"] for name in types if name in self.symbols]:
            return length + 1
        return 0

    def _qstr_text_bytes(self) -> int:
        """Return the bytes of the names that frozen code uses: they have no symbols."""
        lengths = self._content("mp_qstr_frozen_const_lengths")
        return sum(lengths) + len(lengths)


def _owner(symbol: str, paths: dict[str, str]) -> str | None:
    """Return the path of the module that a symbol of the frozen content belongs to."""
    match = _OWNED.fullmatch(symbol)
    name = match[1] if match else ""
    while name and name not in paths:
        name = name.rpartition("_")[0] if "_" in name else ""
    return paths.get(name)
