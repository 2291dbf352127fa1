# SPDX-License-Identifier: MIT
"""What each port asks of the flash's regions, and the partition table of an ESP32.

Source of the table: ESP-IDF Programming Guide 5.4, "Partition Tables"; type and subtype numbers:
ESP-IDF 5.4 components/esp_partition/include/esp_partition.h.
"""

import hashlib
import struct

from upyfw.board.chips import Chip
from upyfw.board.layout import Region, size_text

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
_APP_ALIGN_BYTES = 0x10000
_OTADATA_BYTES = 0x2000
_NVS_MIN_BYTES = 0x3000
_LABEL_MAX = 15
# on the ESP8266 the SDK keeps its parameters in the last sectors; ports/esp8266/boards/*.ld
_SDK_PARAMS_BYTES = 20 * 1024

_ROW = struct.Struct("<HBBII16sI")
_ROW_MAGIC = 0x50AA
_MD5_HEAD = b"\xeb\xeb".ljust(16, b"\xff")

_NEEDED = {
    "unix": ("littlefs",),
    "rp2": ("firmware", "littlefs"),
    "esp8266": ("firmware", "littlefs", "sdk_params"),
    "esp32": ("bootloader", "partition_table", "nvs", "vfs"),
}


def needed(port: str) -> tuple[str, ...]:
    """Return the names of the regions that a board of the port must have."""
    return _NEEDED[port]


def fs_name(port: str) -> str:
    """Return the name of the file system's region; the esp32 port finds it by its label."""
    return "vfs" if port == "esp32" else "littlefs"


def app_regions(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """Return the regions that hold firmware, by offset: rows of type app, or "firmware"."""
    found = [region for region in regions if region.type == "app" or region.name == "firmware"]
    return tuple(sorted(found, key=lambda region: region.offset))


def rows(regions: tuple[Region, ...]) -> list[Region]:
    """Return the rows of the partition table, by offset."""
    return sorted((region for region in regions if region.type), key=lambda region: region.offset)


def fault(regions: tuple[Region, ...], chip: Chip, flash_bytes: int) -> str | None:
    """Return "key: reason" for the first rule of the chip's port that the regions break."""
    by_port = {"esp32": _fault_esp32, "esp8266": _fault_esp8266}
    check = by_port.get(chip.port)
    return check(regions, chip, flash_bytes) if check else None


def _key(regions: tuple[Region, ...], region: Region, key: str) -> str:
    return f"regions[{regions.index(region)}].{key}"


def _fault_esp32(regions: tuple[Region, ...], chip: Chip, flash_bytes: int) -> str | None:
    for region in regions:
        reason = _fault_row(region) if region.type else _fault_fixed(region, chip)
        if reason:
            key, _, why = reason.partition(": ")
            return f'{_key(regions, region, key)}: {why} (region "{region.name}")'
    return _fault_apps(regions)


def _fault_fixed(region: Region, chip: Chip) -> str | None:
    """A region that the boot process finds without the table."""
    fixed = {"bootloader": chip.boot_off, "partition_table": TABLE_OFF}
    if region.name not in fixed:
        return f"type: missing: app or data; without it are only {' and '.join(fixed)}"
    if region.offset != fixed[region.name]:
        return f"offset: 0x{region.offset:x}, but the {chip.mcu} looks at 0x{fixed[region.name]:x}"
    if region.name == "partition_table" and region.size_bytes != TABLE_BYTES:
        return f"size: {size_text(region.size_bytes)}, it is {size_text(TABLE_BYTES)}"
    return None


def _fault_row(region: Region) -> str | None:
    """A row of the partition table."""
    if len(region.name) > _LABEL_MAX:
        return f"name: longer than {_LABEL_MAX} characters, which the table holds"
    if region.offset < TABLE_OFF + TABLE_BYTES:
        return f"offset: 0x{region.offset:x} is not behind the partition table"
    if region.type == "app" and region.offset % _APP_ALIGN_BYTES:
        return f"offset: 0x{region.offset:x} of an app is no multiple of 0x{_APP_ALIGN_BYTES:x}"
    if region.subtype == "ota" and region.size_bytes != _OTADATA_BYTES:
        return f"size: {size_text(region.size_bytes)}, it is {size_text(_OTADATA_BYTES)}"
    if region.subtype == "nvs" and region.size_bytes < _NVS_MIN_BYTES:
        return f"size: {size_text(region.size_bytes)} is below {size_text(_NVS_MIN_BYTES)}"
    if region.name in ("vfs", "nvs") and region.type != "data":
        return f'type: "{region.type}", must be "data"'
    return None


def _fault_apps(regions: tuple[Region, ...]) -> str | None:
    """The slots that firmware runs from, and the record of which one does."""
    apps = app_regions(regions)
    subtypes = [region.subtype for region in apps]
    if not apps:
        return "regions: no region of type app"
    for region in apps:
        if subtypes.count(region.subtype) > 1:
            return f'{_key(regions, region, "subtype")}: a second "{region.subtype}"'
    has_slots = {"ota_0", "ota_1"} & set(subtypes)
    has_record = any(region.subtype == "ota" for region in regions)
    if has_slots and has_slots != {"ota_0", "ota_1"}:
        return f'regions: "{has_slots.pop()}" without its partner: there are two slots or none'
    if has_slots and not has_record:
        return "regions: two slots, but no region of subtype ota that says which one runs"
    if has_record and not has_slots:
        return "regions: a region of subtype ota, but no slots"
    sizes = {region.size_bytes for region in apps}
    return "regions: the app regions differ in size" if len(sizes) > 1 else None


def _fault_esp8266(regions: tuple[Region, ...], _chip: Chip, flash_bytes: int) -> str | None:
    """esp.flash_user_start() and the flash's size say where the port puts its file system.

    Source: MicroPython ports/esp8266/modules/flashbdev.py.
    """
    by_name = {region.name: region for region in regions}
    firmware, fs, params = (by_name[name] for name in needed("esp8266"))
    if firmware.offset != 0:
        return f"{_key(regions, firmware, 'offset')}: the firmware begins at 0"
    if params.size_bytes != _SDK_PARAMS_BYTES or params.end != flash_bytes:
        return f"{_key(regions, params, 'offset')}: the SDK's 20KiB are the end of the flash"
    if fs.offset != firmware.end or fs.end != params.offset:
        return (
            f"{_key(regions, fs, 'offset')}: littlefs must fill the flash between "
            f"0x{firmware.end:x} and 0x{params.offset:x}"
        )
    return None


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
