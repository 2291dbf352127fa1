# SPDX-License-Identifier: MIT
"""The partition table of an ESP32.

Source of the table: ESP-IDF Programming Guide 5.4, "Partition Tables"; type and subtype numbers:
ESP-IDF 5.4 components/esp_partition/include/esp_partition.h.
"""

import hashlib
import struct

from upyfw.board.layout import Region

TYPES = {"app": 0, "data": 1}
SUBTYPES = {
    "app": {"factory": 0x00, "ota_0": 0x10, "ota_1": 0x11},
    "data": {"ota": 0x00, "phy": 0x01, "nvs": 0x02, "coredump": 0x03, "fat": 0x81},
}
# where the boot loader looks for it (CONFIG_PARTITION_TABLE_OFFSET), and the sector it takes
TABLE_OFF = 0x8000
TABLE_BYTES = 0x1000
# of that sector, for the table itself
_TABLE_MAX_BYTES = 0xC00
LABEL_MAX = 15

_ROW = struct.Struct("<HBBII16sI")
_ROW_MAGIC = 0x50AA
_MD5_HEAD = b"\xeb\xeb".ljust(16, b"\xff")


def rows(regions: tuple[Region, ...]) -> list[Region]:
    """Return the rows of the partition table, by offset."""
    return sorted((region for region in regions if region.type), key=lambda region: region.offset)


def csv(regions: tuple[Region, ...]) -> str:
    """Return the partition table as ESP-IDF's build reads it."""
    lines = ["# Name, Type, SubType, Offset, Size, Flags"]
    for row in rows(regions):
        lines.append(
            f"{row.name}, {row.type}, {row.subtype}, 0x{row.offset:x}, 0x{row.size_bytes:x},"
        )
    return "\n".join(lines) + "\n"


def table(regions: tuple[Region, ...]) -> bytes:
    """Return the partition table as it lies in the flash, filled up with 0xFF.

    32 bytes a row (magic, type, subtype, offset, size, label, flags), then a row with the MD5 of
    those before it.
    """
    data = b"".join(
        _ROW.pack(
            _ROW_MAGIC,
            TYPES[row.type],
            SUBTYPES[row.type][row.subtype],
            row.offset,
            row.size_bytes,
            row.name.encode(),
            0,
        )
        for row in rows(regions)
    )
    data += _MD5_HEAD + hashlib.md5(data).digest()
    return data.ljust(_TABLE_MAX_BYTES, b"\xff")


def read(data: bytes) -> tuple[Region, ...]:
    """Return the rows of a partition table that lies in data.

    Raises ValueError for a damaged one: no magic, no or a wrong MD5, or a type that is unknown.
    """
    found = []
    for off in range(0, min(len(data), _TABLE_MAX_BYTES), _ROW.size):
        row = data[off : off + _ROW.size]
        if row[:16] == _MD5_HEAD:
            if row[16:] != hashlib.md5(data[:off]).digest():
                raise ValueError("the partition table's MD5 is wrong")
            return tuple(found)
        found.append(_read_row(row, len(found)))
    raise ValueError("the partition table has no end")


def _read_row(row: bytes, number: int) -> Region:
    if len(row) < _ROW.size:
        raise ValueError(f"row {number} of the partition table is cut off")
    magic, kind, subtype, offset, size_bytes, label, _ = _ROW.unpack(row)
    if magic != _ROW_MAGIC:
        raise ValueError(f"row {number} of the partition table has no magic")
    names = {number: name for name, number in TYPES.items()}
    if kind not in names:
        raise ValueError(f"row {number} of the partition table: type {kind} unknown")
    subtypes = {number: name for name, number in SUBTYPES[names[kind]].items()}
    name = label.rstrip(b"\0").decode("ascii", "replace")
    shown = subtypes.get(subtype, f"0x{subtype:02x}")
    return Region(name, offset, size_bytes, names[kind], shown)
