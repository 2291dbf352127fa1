# SPDX-License-Identifier: MIT
"""The port to Raspberry Pi's chips.

Sources: RP2040 datasheet 2.2; RP2350 datasheet 2.2 and 5.5.3; mpy_arch: MicroPython, ports/rp2
(MPY_CROSS_FLAGS).
"""

from upyfw.board import layout
from upyfw.board.chip import Chip
from upyfw.board.layout import Region
from upyfw.board.port import UF2, Port

# where the flash begins in the address space (XIP)
_FLASH = 0x10000000
# of the boot loader of ours (ports/rp2/boot): core/port.h, core/layout.h, rp2040/room.ld
_BOOT_BYTES = 16 * 1024
_SECTOR_BYTES = 4096
_SLOT_SECTORS_MOST = 896
# what the boot ROM of an RP2350 reads for its partition table: two sectors, the second is a spare
_TABLE_BYTES = 8 * 1024


def _fault(regions: tuple[Region, ...], chip: Chip, _flash_bytes: int) -> str | None:
    """Return the first rule of a firmware swap that the regions break."""
    if layout.find(regions, "table"):
        return _pair_fault(regions, chip)
    names = ("boot", "firmware_b", "journal")
    there = [name for name in names if layout.find(regions, name)]
    if not there:
        return None
    missing = [name for name in names if name not in there]
    if missing:
        return f'regions: "{there[0]}" without "{missing[0]}"'
    if chip.name != "rp2040":
        return f'regions: "boot" is of the RP2040, {chip.mcu} has a boot ROM that swaps'
    return _swap_fault(regions, layout.swap(regions))


def _pair_fault(regions: tuple[Region, ...], chip: Chip) -> str | None:
    pair = layout.pair(regions)
    if chip.name != "rp2350":
        return f'regions: "table" is of the RP2350, {chip.mcu} has none'
    if pair is None:
        return 'regions: "table" without "firmware_b"'
    for region, size_bytes in (
        (pair.table, _TABLE_BYTES),
        (pair.secondary, pair.primary.size_bytes),
    ):
        if region.size_bytes != size_bytes:
            key = layout.key_of(regions, region, "size")
            return f'{key}: "{region.name}" has {layout.size_text(size_bytes)}'
    if pair.table.offset:
        return f'{layout.key_of(regions, pair.table, "offset")}: "table" is at 0'
    return None


def _swap_fault(regions: tuple[Region, ...], swap: layout.Swap) -> str | None:
    slot_bytes = swap.primary.size_bytes
    for region, size_bytes in (
        (swap.boot, _BOOT_BYTES),
        (swap.secondary, slot_bytes + _SECTOR_BYTES),
        (swap.journal, 2 * _SECTOR_BYTES),
    ):
        if region.size_bytes != size_bytes:
            key = layout.key_of(regions, region, "size")
            return f'{key}: "{region.name}" has {layout.size_text(size_bytes)}'
    if swap.boot.offset:
        return f'{layout.key_of(regions, swap.boot, "offset")}: "boot" is at 0'
    if slot_bytes > _SLOT_SECTORS_MOST * _SECTOR_BYTES:
        most = layout.size_text(_SLOT_SECTORS_MOST * _SECTOR_BYTES)
        return f"{layout.key_of(regions, swap.primary, 'size')}: a slot has {most} at most"
    return None


PORT = Port(
    name="rp2",
    platform="rp2",
    chips=(
        Chip("rp2040", "rp2", "RP2040", "Cortex-M0+", "armv6m", _FLASH, "rp2040", cores=2),
        Chip(
            "rp2350",
            "rp2",
            "RP2350",
            "Cortex-M33",
            "armv7emsp",
            0x10000000,
            "rp2350-arm-s",
            cores=2,
        ),
    ),
    image=UF2,
    firmware_file="firmware.uf2",
    regions=("firmware", "littlefs"),
    fault=_fault,
    tools=("arm-none-eabi-gcc", "cmake", "ninja", "newlib", "libstdc++"),
    has_tls=True,
    compiler="arm-none-eabi-gcc",
    deploy="deploy.md",
    can_limit_heap=True,
    can_usbnet=True,
)
