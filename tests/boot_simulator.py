# SPDX-License-Identifier: MIT
"""The boot loader's deciding code, compiled for this machine, over a flash in memory."""

import ctypes
import hashlib
import os
import random
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from upyfw.base.paths import REPO
from upyfw.source import sources

SECTOR = 4096
PAGE = 256
HEADER_BYTES = 256
CORE = REPO / "ports" / "rp2" / "boot" / "core"

# What boot_decide answers, and the simulator.
START, TRIAL, NO_FIRMWARE = range(3)
CUT, OUTSIDE = -1, -2
# What boot_request and boot_revert answer.
OK, BUSY, BAD_PRIMARY, BAD_SECONDARY, SAME_IMAGE, NO_RECORD = range(6)
# What the simulator can run.
DECIDE, REQUEST_TEST, REQUEST_PERM, CONFIRM, REVERT, IS_ON_TRIAL = range(6)
_ALL_POWER = 0xFFFFFFFF

# What stands in front of the hash.
_TLVS = struct.pack("<HHHH", 0x6907, 40, 0x10, 32)

# Names a folder where gcov finds what ran.
COVERAGE = "UPYFW_TEST_COVERAGE"


class Layout(ctypes.Structure):
    """boot_layout_t: offsets and sizes in bytes."""

    _fields_ = [
        ("primary_off", ctypes.c_uint32),
        ("secondary_off", ctypes.c_uint32),
        ("slot_bytes", ctypes.c_uint32),
        ("journal_off", ctypes.c_uint32),
    ]


@dataclass(frozen=True)
class Library:
    """The compiled simulator."""

    code: ctypes.CDLL

    def power_on(self, flash: bytearray, weak: bytearray) -> None:
        """Let the simulator work on that flash, and count from 0."""
        bits = ctypes.c_uint8 * len(flash)
        self.code.sim_power_on(bits.from_buffer(flash), bits.from_buffer(weak), len(flash))

    def run(self, layout: Layout, what: int, ops: int, torn: bool, seed: int) -> int:
        """Run one function with power for so many flash operations; return its answer."""
        return self.code.sim_run(ctypes.byref(layout), what, ctypes.c_uint32(ops), torn, seed)

    def tlv(self, off: int, limit_bytes: int, is_protected: bool, kind: int) -> tuple[int, int]:
        """Return size (-1 without an image there) and offset of a TLV of an image."""
        at = ctypes.c_uint32(0)
        size = self.code.sim_tlv(off, limit_bytes, is_protected, kind, ctypes.byref(at))
        return size, at.value

    @property
    def counts(self) -> tuple[int, int]:
        """Erases and programs since the last power_on."""
        return self.code.sim_erases(), self.code.sim_programs()


def build(folder: Path) -> Library:
    """Compile core and simulator with the host's compiler into folder."""
    flags = []
    if COVERAGE in os.environ:
        folder = Path(os.environ[COVERAGE])
        flags = ["--coverage"]
    mbedtls = sources.prepare_micropython().micropython / "lib" / "mbedtls"
    library = folder / "simulator.so"
    code = [*sorted(CORE.glob("*.c")), REPO / "tests" / "boot" / "simulator.c"]
    code += [mbedtls / "library" / "sha256.c"]
    include = [f"-I{CORE}", f"-I{mbedtls / 'include'}"]
    config = '-DMBEDTLS_CONFIG_FILE="mbedtls_config.h"'
    command = ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-g", "-shared", "-fPIC"]
    command += [*flags, *include, config, "-o", library, *code]
    subprocess.run(list(map(str, command)), check=True, cwd=folder, timeout=120)
    return Library(ctypes.CDLL(str(library)))


def image(size_bytes: int, seed: int, protected: bytes = b"") -> bytes:
    """Return an image of size_bytes in all, as imgtool makes them, with random content."""
    protected_bytes = 4 + len(protected) if protected else 0
    firmware_bytes = size_bytes - HEADER_BYTES - protected_bytes - len(_TLVS) - 32
    return wrapped(random.Random(seed).randbytes(firmware_bytes), protected)


def wrapped(firmware: bytes, protected: bytes = b"") -> bytes:
    """Return an image of that firmware, with protected TLVs if there are any."""
    if protected:
        protected = struct.pack("<HH", 0x6908, 4 + len(protected)) + protected
    header = struct.pack("<IIHHI", 0x96F3B83D, 0, HEADER_BYTES, len(protected), len(firmware))
    hashed = header.ljust(HEADER_BYTES, b"\0") + firmware + protected
    return hashed + _TLVS + hashlib.sha256(hashed).digest()


class Board:
    """A flash with two slots, a journal, and files of a user around them."""

    def __init__(self, library: Library, layout: Layout, flash_bytes: int, seed: int = 1):
        self.library = library
        self.layout = layout
        self.flash = bytearray(random.Random(seed).randbytes(flash_bytes))
        # Bits that a power cut stopped on their way: nobody knows how they read.
        self.weak = bytearray(flash_bytes)
        self.seeds = random.Random(seed)
        self.erase(layout.primary_off, layout.slot_bytes)
        self.erase(layout.secondary_off, layout.slot_bytes + SECTOR)
        self.erase(layout.journal_off, 2 * SECTOR)
        self.files = self.others()

    def erase(self, off: int, size_bytes: int) -> None:
        """Erase a region."""
        self.write(off, b"\xff" * size_bytes)

    def write(self, off: int, data: bytes) -> None:
        """Put data into the flash, whatever was there."""
        self.flash[off : off + len(data)] = data
        self.weak[off : off + len(data)] = bytes(len(data))

    def flash_firmware(self, data: bytes) -> None:
        """Write firmware into the primary slot by cable: the journal stays."""
        self.erase(self.layout.primary_off, self.layout.slot_bytes)
        self.write(self.layout.primary_off, data)

    def download(self, data: bytes) -> None:
        """Write an update into the secondary slot, as the running firmware does."""
        self.erase(self.layout.secondary_off, self.layout.slot_bytes + SECTOR)
        self.write(self.layout.secondary_off + SECTOR, data)

    def run(self, what: int = DECIDE, ops: int = _ALL_POWER, torn: bool = False) -> int:
        """Run one function with power for so many operations; return its answer.

        torn: the power goes in the middle of the next operation, not before it.
        """
        self.library.power_on(self.flash, self.weak)
        seed = self.seeds.getrandbits(31) | 1
        return self.library.run(self.layout, what, ops, torn, seed)

    def runs(self, data: bytes) -> bool:
        """Tell whether exactly this image stands in the primary slot."""
        off = self.layout.primary_off
        end = off + len(data)
        return self.flash[off:end] == data and not any(self.weak[off:end])

    def is_unharmed(self) -> bool:
        """Tell whether all is as it was outside of slots and journal."""
        return self.others() == self.files

    def others(self) -> bytes:
        """Return the flash with slots and journal blanked."""
        seen = bytearray(self.flash)
        layout = self.layout
        for off, size_bytes in (
            (layout.primary_off, layout.slot_bytes),
            (layout.secondary_off, layout.slot_bytes + SECTOR),
            (layout.journal_off, 2 * SECTOR),
        ):
            seen[off : off + size_bytes] = bytes(size_bytes)
        return bytes(seen)
