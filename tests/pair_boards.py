# SPDX-License-Identifier: MIT
"""A board with a pair of slots: the boot ROM's model, our code over it, images of real tools."""

import ctypes
import hashlib
import random
import struct
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

import pair_simulator as sim
from pair_rom import Rom, Slot
from pair_simulator import HEADER_BYTES, SECTOR, TAIL_BYTES, Pair
from upyfw.board import boards
from upyfw.board.layout import Region
from upyfw.build import firmware_rp2_table
from upyfw.image import picobin
from upyfw.source import source_picotool, sources

_SLOT_SECTORS = 6
SLOT_BYTES = _SLOT_SECTORS * SECTOR
A = 2 * SECTOR
B = A + SLOT_BYTES
FILES = B + SLOT_BYTES
FLASH_BYTES = FILES + 3 * SECTOR
_TLVS = struct.pack("<HHHH", 0x6907, 40, 0x10, 32)


def picotool(*words: object) -> None:
    """Run the real one."""
    path = source_picotool.executable(sources.prepare_micropython("rp2").picotool_dir.parents[2])
    subprocess.run([str(path), *map(str, words)], check=True, capture_output=True, timeout=60)


@cache
def small_board() -> boards.Board:
    """RPI_PICO2 with small slots."""
    regions = (
        Region("table", 0, A),
        Region("firmware", A, SLOT_BYTES),
        Region("firmware_b", B, SLOT_BYTES),
        Region("littlefs", FILES, FLASH_BYTES - FILES),
    )
    return replace(boards.load("RPI_PICO2"), regions=regions)


class Maker:
    """Makes tables and images in a folder."""

    def __init__(self, folder: Path):
        self.folder = folder

    def table(self) -> bytes:
        """The partition table, as a build has it made."""
        text, made = self.folder / "table.json", self.folder / "table.bin"
        text.write_text(firmware_rp2_table.description(small_board()))
        picotool("partition", "create", "--quiet", "--singleton", text, made)
        return made.read_bytes()

    def sealed(self, minor: int, seed: int, size: int) -> bytes:
        """Firmware with the blocks of the SDK, sealed."""
        head = struct.pack(
            "<IHHHHHHI", 0xFFFFDED3, 0x0142, 0x1021, 0x0203, 0, 0x200, 0x1000, 0x3FF
        )
        bits = random.Random(seed).randbytes(size - 0x138 - 28 - 20)
        end_at = 0x138 + 28 + len(bits)
        first = head + struct.pack("<iI", end_at - 0x138, 0xAB123579)
        last = struct.pack("<IIIiI", 0xFFFFDED3, 0x1FE, 0x1FF, 0x138 - end_at, 0xAB123579)
        raw, made = self.folder / "raw.bin", self.folder / "sealed.bin"
        raw.write_bytes(random.Random(1).randbytes(0x138) + first + bits + last)
        start = hex(0x10000000 + HEADER_BYTES)
        picotool(
            "seal", "--quiet", "--hash", raw, "-o", start, made, "--major", 0, "--minor", minor
        )
        return made.read_bytes()

    def image(self, minor: int, seed: int, size: int) -> bytes:
        """An update: MCUboot's format, on trial."""
        return wrapped(picobin.with_trial(self.sealed(minor, seed, size), True))


def wrapped(firmware: bytes) -> bytes:
    """Return firmware as an image."""
    header = struct.pack("<IIHHI", 0x96F3B83D, 0, HEADER_BYTES, 0, len(firmware))
    hashed = header.ljust(HEADER_BYTES, b"\0") + firmware
    return hashed + _TLVS + hashlib.sha256(hashed).digest()


class Board:
    """A flash with table, slots and files, and who runs on it."""

    def __init__(self, code: ctypes.CDLL, table: bytes, image: bytes, slot_off: int = A):
        self.code = code
        content = bytearray(random.Random(7).randbytes(FLASH_BYTES))
        content[:FILES] = b"\xff" * FILES
        content[: len(table)] = table
        content[slot_off : slot_off + len(image)] = picobin.with_trial(image, False)
        self.rom = Rom(code, bytes(content))
        self.flash = self.rom.flash
        self.fixed = self.others()
        # What runs, told by its content.
        self.seeds = random.Random(3)

    def others(self) -> bytes:
        """Table and files."""
        return bytes(self.flash.content[:A] + self.flash.content[FILES:])

    def power(self, ops: int = sim.ALL_POWER, torn: bool = False) -> None:
        """Give power for so many operations."""
        self.flash.power_on(ops, torn, self.seeds.getrandbits(31))

    def pair(self) -> Pair:
        """What the firmware that runs knows of the slots, by the ROM."""
        words = [word for row in self.rom.partitions() for word in row]
        pair = Pair()
        rows = (ctypes.c_uint32 * len(words))(*words)
        found = self.code.pair_find(
            rows, len(words) // 2, self.rom.running.off, ctypes.byref(pair)
        )
        assert found & 1
        pair.on_trial = self.rom.on_trial
        return pair

    def call(self, name: str) -> int:
        """Call a function of the running firmware."""
        return getattr(self.code, name)(ctypes.byref(self.pair()))

    def start(self) -> Slot | None:
        """Reset and let the firmware come up; it may have the other slot tried."""
        if self.rom.start() is None:
            return None
        if self.call("pair_start") & 0xFF and not self.flash.is_off:
            self.rom.start(self.pair().other_off)
        return self.rom.running

    def download(self, image: bytes) -> None:
        """Write an update as slots.load of the device does."""
        pair = self.pair()
        for number, at in enumerate(range(0, len(image), SECTOR)):
            sector = image[at : at + SECTOR].ljust(SECTOR, b"\xff")
            self.code.pair_write(ctypes.byref(pair), number, sector)

    def runs(self, image: bytes) -> bool:
        """Tell whether exactly this image runs, but for the flag of the trial."""
        off = self.rom.running.off
        there = bytes(self.flash.content[off : off + len(image)])
        weak = any(self.flash.weak[off : off + len(image)])
        try:
            return not weak and picobin.with_trial(there, True) == image
        except ValueError:
            return False

    def upgrade(self, image: bytes) -> int:
        """Load, ask, start on trial, confirm, as `upgrade -r` does; return the answer."""
        self.download(image)
        answer = self.call("pair_request")
        if answer or self.flash.is_off:
            return answer
        if self.start() and self.rom.on_trial:
            self.call("pair_confirm")
        return answer


assert SLOT_BYTES > TAIL_BYTES + SECTOR
