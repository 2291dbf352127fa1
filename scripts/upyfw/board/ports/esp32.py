# SPDX-License-Identifier: MIT
"""The port to Espressif's chips with ESP-IDF: a partition table says where everything lies.

Sources of the chips: esptool (esptool/targets), which a test compares; mpy_arch: MicroPython,
ports/esp32/esp32_common.cmake (MPY_CROSS_FLAGS). Source of the rules: ESP-IDF Programming Guide
5.4, "Partition Tables".
"""

from upyfw.board.chip import Chip
from upyfw.board.layout import Region, key_of, size_text, slots
from upyfw.board.partitions import LABEL_MAX, TABLE_BYTES, TABLE_OFF
from upyfw.board.port import ESP, Part, Port

_APP_ALIGN_BYTES = 0x10000
_OTADATA_BYTES = 0x2000
_NVS_MIN_BYTES = 0x3000
_NAME = "esp32"
_SAME = {"boot_off": 0, "flash_mhz": (20, 26, 40, 80)}
_FIRST = _SAME | {"boot_off": 0x1000}
# Sizes that others measured, of builds of MicroPython but for the first; issue and pull request
# numbers of their repositories. A build with ESP-IDF may find more or less.
_PARTS = (
    # At least: controller 90,216 and NimBLE 74,211 (peripheral role alone, without MicroPython's
    # binding) of an ESP32-S3, libbtdm_app.a and libbt.a without .bss; RISC-V code is larger.
    # espressif/esp-idf issue 16220.
    Part(
        "bluetooth",
        164_427,
        off=("CONFIG_BT_ENABLED", "CONFIG_BT_NIMBLE_ENABLED"),
        macro="MICROPY_PY_BLUETOOTH",
    ),
    # "about 13k", the drivers for SPI alone: micropython pull request 12844
    Part("ethernet", 13_000, off=("CONFIG_ETH_USE_SPI_ETHERNET",), macro="MICROPY_PY_NETWORK_LAN"),
    # micropython pull request 12626, ESP32_GENERIC
    Part("ipv6", 29_152, off=("CONFIG_LWIP_IPV6",)),
    # micropython pull request 13640, an ESP32-S3: 36,156 of code, 4,376 of data
    Part("ppp", 40_532, off=("CONFIG_LWIP_PPP_SUPPORT",)),
    # the texts of messages below "error"
    Part("log", 0, off=("CONFIG_LOG_MAXIMUM_LEVEL_INFO",), on=("CONFIG_LOG_MAXIMUM_LEVEL_ERROR",)),
)


def _fault(regions: tuple[Region, ...], chip: Chip, flash_bytes: int) -> str | None:
    for region in regions:
        reason = _fault_row(region) if region.type else _fault_fixed(region, chip)
        if reason:
            key, _, why = reason.partition(": ")
            return f'{key_of(regions, region, key)}: {why} (region "{region.name}")'
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
    if len(region.name) > LABEL_MAX:
        return f"name: longer than {LABEL_MAX} characters, which the table holds"
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
    apps = slots(regions)
    subtypes = [region.subtype for region in apps]
    if not apps:
        return "regions: no region of type app"
    for region in apps:
        if subtypes.count(region.subtype) > 1:
            return f'{key_of(regions, region, "subtype")}: a second "{region.subtype}"'
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


PORT = Port(
    name=_NAME,
    platform="esp32",
    chips=(
        Chip("esp32", _NAME, "ESP32", "Xtensa LX6", "xtensawin", **_FIRST, cores=2),
        Chip("esp32s3", _NAME, "ESP32-S3", "Xtensa LX7", "xtensawin", **_SAME, cores=2),
        Chip("esp32c3", _NAME, "ESP32-C3", "RISC-V", "rv32imc", **_SAME),
        Chip(
            "esp32c6", _NAME, "ESP32-C6", "RISC-V", "rv32imc", boot_off=0, flash_mhz=(20, 40, 80)
        ),
    ),
    image=ESP,
    firmware_file="firmware.bin",
    regions=("bootloader", "partition_table", "nvs", "vfs"),
    tools=("cmake", "ninja"),
    has_tls=True,
    # the port finds its file system by the label in the table
    fs_region="vfs",
    fault=_fault,
    has_table=True,
    # a sector, so that an app is written in whole ones (ports/esp32/_slot.py)
    image_header_bytes=0x1000,
    has_bluetooth=True,
    parts=_PARTS,
    deploy="../deploy.md",
)
