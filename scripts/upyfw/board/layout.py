# SPDX-License-Identifier: MIT
"""Flash layout: named regions, their sizes, and what may not be."""

import re
from dataclasses import dataclass

UNITS = {"B": 1, "KiB": 1024, "MiB": 1024 * 1024}


@dataclass(frozen=True)
class Region:
    """A named part of the flash; offset and size in bytes from the start of the chip.

    type and subtype are those of a row of an ESP32's partition table, else None.
    """

    name: str
    offset: int
    size_bytes: int
    type: str | None = None
    subtype: str | None = None

    @property
    def end(self) -> int:
        """First offset behind the region."""
        return self.offset + self.size_bytes


def parse_size(text: object) -> int:
    """Return the bytes that a size such as "872KiB" means.

    Raises ValueError for anything but a whole number, directly followed by B, KiB or MiB.
    """
    match = re.fullmatch(r"(0|[1-9][0-9]*)(B|KiB|MiB)", text) if isinstance(text, str) else None
    if not match:
        raise ValueError(f'{text!r} is not a size; write it as "872KiB" (B, KiB or MiB)')
    return int(match[1]) * UNITS[match[2]]


def size_text(size_bytes: int) -> str:
    """Return the shortest exact form: "872KiB", "2MiB", "100B"."""
    for unit in ("MiB", "KiB"):
        if size_bytes and size_bytes % UNITS[unit] == 0:
            return f"{size_bytes // UNITS[unit]}{unit}"
    return f"{size_bytes}B"


def find(regions: tuple[Region, ...], name: str) -> Region | None:
    """Return the region of that name, or None."""
    return next((region for region in regions if region.name == name), None)


# the regions of firmware where the flash has no partition table
SLOTS = ("firmware", "firmware_b")


def slots(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """Return where firmware goes, by offset: the regions of type app, or those of SLOTS."""
    found = [region for region in regions if region.type == "app" or region.name in SLOTS]
    return tuple(sorted(found, key=lambda region: region.offset))


@dataclass(frozen=True)
class Swap:
    """The regions of a board whose boot loader of ours swaps two slots.

    docs/formats/firmware-swap.md
    """

    boot: Region
    primary: Region
    secondary: Region
    journal: Region

    # of an image, in front of the firmware
    HEADER_BYTES = 256
    # behind it at most: hash, board, key and signature take about 170
    TLVS_BYTES = 256

    @property
    def start_off(self) -> int:
        """Where the firmware itself begins: behind the header."""
        return self.primary.offset + self.HEADER_BYTES


def swap(regions: tuple[Region, ...]) -> Swap | None:
    """Return the regions of a firmware swap; None if there is no boot loader of ours."""
    found = [find(regions, name) for name in ("boot", *SLOTS, "journal")]
    return Swap(*found) if all(found) else None


@dataclass(frozen=True)
class Pair:
    """The regions of a board whose boot ROM chooses between two slots.

    docs/formats/firmware-swap.md
    """

    table: Region
    primary: Region
    secondary: Region

    # of an image, in front of the firmware: a vector table is on a multiple of its size
    HEADER_BYTES = 512
    # of a slot, behind the image: the update's first sector while it is loaded, and the request
    TAIL_BYTES = 8192

    @property
    def start_off(self) -> int:
        """Where the firmware runs from: the ROM shows the slot it has chosen at the start."""
        return self.HEADER_BYTES


def pair(regions: tuple[Region, ...]) -> Pair | None:
    """Return the regions of a boot ROM's pair of slots; None if there is none."""
    found = [find(regions, name) for name in ("table", *SLOTS)]
    return Pair(*found) if all(found) else None


@dataclass(frozen=True)
class Update:
    """How a board takes firmware over the air: where an image goes, and the bytes of its header.

    tail_bytes: of the slot, behind the image.

    docs/formats/firmware-swap.md
    """

    slot: Region
    header_bytes: int
    tail_bytes: int = 0

    @property
    def room_bytes(self) -> int:
        """Size of the largest firmware, without header and TLVs."""
        return self.slot.size_bytes - self.header_bytes - Swap.TLVS_BYTES - self.tail_bytes


def update(regions: tuple[Region, ...], header_bytes: int) -> Update | None:
    """Return how firmware comes over the air; header_bytes: with the maker's boot loader, or 0."""
    if found := swap(regions):
        return Update(found.primary, Swap.HEADER_BYTES)
    if found := pair(regions):
        return Update(found.primary, Pair.HEADER_BYTES, Pair.TAIL_BYTES)
    apps = slots(regions)
    return Update(apps[0], header_bytes) if header_bytes and len(apps) > 1 else None


def key_of(regions: tuple[Region, ...], region: Region, key: str) -> str:
    """Return the key of a region in board.toml: "regions[2].offset"."""
    return f"regions[{regions.index(region)}].{key}"


def fault(regions: tuple[Region, ...], flash_bytes: int, erase_bytes: int) -> str | None:
    """Return "key: reason" for the first rule that the regions break, or None.

    Rules: names differ, sizes are not 0, all lie on erase sectors, inside the flash, apart.
    """
    names = [region.name for region in regions]
    for i, region in enumerate(regions):
        key = f"regions[{i}]"
        if region.name in names[:i]:
            return f'{key}.name: a second region "{region.name}"'
        reason = _fault_alone(region, flash_bytes, erase_bytes)
        if reason:
            return f'{key}.{reason} (region "{region.name}")'
    return _overlap(regions)


def _fault_alone(region: Region, flash_bytes: int, erase_bytes: int) -> str | None:
    if region.size_bytes == 0:
        return "size: is 0"
    if region.offset % erase_bytes:
        return f"offset: 0x{region.offset:x} is not on an erase sector of {size_text(erase_bytes)}"
    if region.size_bytes % erase_bytes:
        return f"size: {size_text(region.size_bytes)} is no multiple of {size_text(erase_bytes)}"
    if region.end > flash_bytes:
        return f"size: ends at 0x{region.end:x}, the flash at 0x{flash_bytes:x}"
    return None


def _overlap(regions: tuple[Region, ...]) -> str | None:
    order = sorted(range(len(regions)), key=lambda i: regions[i].offset)
    for low, high in zip(order, order[1:], strict=False):
        if regions[low].end > regions[high].offset:
            return (
                f'regions[{high}].offset: region "{regions[high].name}" begins at '
                f'0x{regions[high].offset:x}, inside "{regions[low].name}" '
                f"(0x{regions[low].offset:x} to 0x{regions[low].end:x})"
            )
    return None


def overrun(region: Region, end_off: int) -> str | None:
    """Return why content that ends at end_off (flash offset) is too large for region, or None."""
    if end_off <= region.end:
        return None
    excess = end_off - region.end
    return (
        f"{region.name} needs {end_off - region.offset:,} bytes, {excess:,} more than "
        f"its region of {size_text(region.size_bytes)} at 0x{region.offset:x}"
    )
