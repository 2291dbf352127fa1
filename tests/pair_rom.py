# SPDX-License-Identifier: MIT
"""A model of the RP2350's boot ROM: which of two slots it starts, and what it writes then.

Written from its rules (RP2350 datasheet, 5.1; the ROM's source, revision A2), not from our code:
choice by version, flash update boot, try before you buy, hash, explicit buy, the slot for UF2.
"""

import hashlib
import struct
from dataclasses import dataclass

from pair_simulator import SECTOR, Flash

XIP = 0x10000000
# RP2350 datasheet, 5.9
START, END = 0xFFFFDED3, 0xAB123579
IMAGE_TYPE, VECTORS, LOAD_MAP, HASH_DEF, VERSION, HASH_VALUE = 0x42, 0x03, 0x06, 0x47, 0x48, 0x4B
PARTITION_TABLE = 0x0A
LAST = 0x7F
TBYB = 0x8000
MOST_BYTES = 640


@dataclass
class Definition:
    """An IMAGE_DEF; offsets in the slot."""

    off: int
    block: bytes
    items: dict[int, tuple[int, bytes]]
    trial: bool

    @property
    def version(self) -> tuple[int, int]:
        """Major and minor; without an item it is the lowest."""
        if VERSION not in self.items:
            return 0, 0
        minor, major = struct.unpack_from("<HH", self.items[VERSION][1], 4)
        return major, minor


@dataclass
class Slot:
    """A partition and what was found in it."""

    off: int
    size: int
    data: bytes = b""
    found: Definition | None = None


def _word(data: bytes, at: int) -> int:
    return struct.unpack_from("<I", data, at)[0]


def block_at(data: bytes, at: int) -> tuple[dict[int, tuple[int, bytes]], int, int] | None:
    """Return items ({type: (offset in the block, bytes)}), size and link of a block, or None."""
    items, pos = {}, 4
    while pos + 12 <= MOST_BYTES and at + pos + 12 <= len(data):
        kind, low, high = data[at + pos], data[at + pos + 1], data[at + pos + 2]
        size = 4 * (low + (high << 8 if kind & 0x80 else 0))
        if kind & 0x7F == LAST:
            if size != pos - 4 or _word(data, at + pos + 8) != END:
                return None
            link = struct.unpack_from("<i", data, at + pos + 4)[0]
            return items, pos, link
        if size == 0:
            return None
        items[kind & 0x7F if kind & 0x80 else kind] = (pos, data[at + pos : at + pos + size])
        pos += size
    return None


def definition(data: bytes) -> Definition | None:
    """Return the last executable IMAGE_DEF of a loop that begins in the first sector."""
    first = next((at for at in range(0, SECTOR, 4) if _word(data, at) == START), None)
    at, found, blocks = first, None, 0
    while at is not None and (at != first or not blocks):
        block = block_at(data, at) if first <= at < len(data) - 16 else None
        blocks += 1
        if block is None or _word(data, at) != START or blocks > 64:
            return None
        items, size, link = block
        kind = items.get(IMAGE_TYPE, (0, b""))
        if kind[0] == 4:
            flags = struct.unpack_from("<H", kind[1], 2)[0]
            raw = bytearray(data[at : at + size])
            # The flag is left out of the hash.
            struct.pack_into("<H", raw, 6, flags & ~TBYB)
            if flags & 15 == 1:
                found = Definition(at, bytes(raw), items, bool(flags & TBYB))
        at += link
    return found


def is_verified(slot: Slot) -> bool:
    """Tell whether the hash of an image is right; one without a hash is taken as it is."""
    found = slot.found
    if HASH_VALUE not in found.items:
        return True
    if HASH_DEF not in found.items:
        return False
    digest = hashlib.sha256()
    if LOAD_MAP in found.items:
        pos, item = found.items[LOAD_MAP]
        for at in range(4, 4 + 12 * (item[3] & 0x7F), 12):
            relative, _, size = struct.unpack_from("<iII", item, at)
            begin = found.off + pos + relative
            if begin < 0 or begin + size >= len(slot.data):
                return False
            digest.update(slot.data[begin : begin + size])
    words = struct.unpack_from("<I", found.items[HASH_DEF][1], 4)[0]
    digest.update(found.block[: 4 * (words & 0xFFFF)])
    value = found.items[HASH_VALUE][1][4:]
    return digest.digest()[: len(value)] == value


class Rom:
    """The ROM of a board, and what its RAM keeps until the next reset."""

    def __init__(self, code: object, content: bytes):
        self.flash = Flash(code, bytearray(content), self.buy)
        self.running: Slot | None = None
        # In the boot RAM: a buy is pending, where its flag is, and what it erases then.
        self.on_trial = False
        self.flag_off = self.erase_off = None

    def partitions(self) -> list[tuple[int, int]]:
        """Return location and flags of each partition of the table in the first sector."""
        data = self.flash.read(0, SECTOR)
        first = next(at for at in range(0, SECTOR, 4) if _word(data, at) == START)
        items, _, _ = block_at(data, first)
        item = items[PARTITION_TABLE][1]
        count, pos, found = item[3] & 0x0F, 8, []
        for _ in range(count):
            location, flags = struct.unpack_from("<II", item, pos)
            pos += 8 + 8 * (flags & 1)
            pos += 4 * (flags >> 7 & 3)
            if flags & 0x1000:
                pos += ((item[pos] & 0x7F) + 4) // 4 * 4
            found.append((location, flags))
        return found

    def slots(self) -> list[Slot]:
        """Look at partition A and its B."""
        found = []
        for location, _ in self.partitions()[:2]:
            off = (location & 0x1FFF) * SECTOR
            size = ((location >> 13 & 0x1FFF) + 1) * SECTOR - off
            data = self.flash.read(off, size)
            found.append(Slot(off, size, data, definition(data)))
        return found

    def choose(self, x: Slot, y: Slot, update_off: int | None) -> Slot:
        """Return the slot for a start; what an update has erased at the buy is noted."""
        self.erase_off = None
        if y.found is None:
            return x
        greater_y = x.found is None or y.found.version > x.found.version
        if x.found and update_off == x.off:
            if is_verified(x):
                self.erase_off = y.off if greater_y else None
                return x
        elif update_off != y.off and not (x.found and x.found.trial):
            use_y = greater_y and not y.found.trial
            if not use_y and (x.found is None or is_verified(x)):
                return x
        if not is_verified(y):
            return x
        if update_off == y.off and not greater_y:
            self.erase_off = x.off
        return y

    def start(self, update_off: int | None = None) -> Slot | None:
        """Reset; return the slot that runs, None if only the boot loader over USB is left."""
        self.running, self.on_trial, self.flag_off = None, False, None
        slot = self.choose(*self.slots(), update_off)
        if slot.found is None:
            return None
        if slot.off != update_off:
            self.erase_off = None
            if slot.found.trial:
                return None
        if not is_verified(slot):
            return None
        self.running, self.on_trial = slot, slot.found.trial
        if self.on_trial:
            self.flag_off = slot.off + slot.found.off + 4
        else:
            self._erase_other()
        return slot

    def _erase_other(self) -> None:
        if self.erase_off is not None:
            self.flash.erase(self.erase_off)
            self.erase_off = None

    def buy(self) -> None:
        """Clear the flag of the image that runs, then erase a newer one."""
        if self.flag_off is not None:
            base = self.flag_off // SECTOR * SECTOR
            sector = bytearray(self.flash.read(base, SECTOR))
            sector[self.flag_off - base + 3] &= 0x7F
            self.flash.erase(base)
            self.flash.program(base, bytes(sector))
            self.flag_off = None
        self.on_trial = False
        self._erase_other()

    def drop(self, data: bytes) -> int:
        """Write an update file as the boot drive does; return the slot it went to."""
        a, b = self.slots()
        slot = a if self.choose(a, b, None) is b else b
        for at in range(0, len(data), SECTOR):
            self.flash.put(slot.off + at, data[at : at + SECTOR].ljust(SECTOR, b"\xff"))
        return slot.off
