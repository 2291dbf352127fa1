# SPDX-License-Identifier: MIT
"""The port to the ESP8266, with esp-open-sdk.

Sources of the chip: esptool (esptool/targets), which a test compares; mpy_arch: MicroPython,
ports/esp8266/Makefile (MPY_CROSS_FLAGS).
"""

from upyfw.board.chip import Chip
from upyfw.board.layout import Region, key_of
from upyfw.board.port import ESP, Port

_REGIONS = ("firmware", "littlefs", "sdk_params")
# the SDK keeps its parameters in the last sectors; ports/esp8266/boards/*.ld
_SDK_PARAMS_BYTES = 20 * 1024
_MHZ = (20, 26, 40, 80)


def _fault(regions: tuple[Region, ...], _chip: Chip, flash_bytes: int) -> str | None:
    """esp.flash_user_start() and the flash's size say where the port puts its file system.

    Source: MicroPython ports/esp8266/modules/flashbdev.py.
    """
    by_name = {region.name: region for region in regions}
    firmware, fs, params = (by_name[name] for name in _REGIONS)
    if firmware.offset != 0:
        return f"{key_of(regions, firmware, 'offset')}: the firmware begins at 0"
    if params.size_bytes != _SDK_PARAMS_BYTES or params.end != flash_bytes:
        return f"{key_of(regions, params, 'offset')}: the SDK's 20KiB are the end of the flash"
    if fs.offset != firmware.end or fs.end != params.offset:
        return (
            f"{key_of(regions, fs, 'offset')}: littlefs must fill the flash between "
            f"0x{firmware.end:x} and 0x{params.offset:x}"
        )
    return None


PORT = Port(
    name="esp8266",
    platform="esp8266",
    chips=(
        Chip("esp8266", "esp8266", "ESP8266", "Xtensa L106", "xtensa", boot_off=0, flash_mhz=_MHZ),
    ),
    image=ESP,
    firmware_file="firmware.bin",
    regions=_REGIONS,
    tools=("make",),
    fault=_fault,
    deploy="../deploy.md",
)
