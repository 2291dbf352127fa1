# SPDX-License-Identifier: MIT
"""The port to Raspberry Pi's chips.

Sources: RP2040 datasheet 2.2; RP2350 datasheet 2.2 and 5.5.3; mpy_arch: MicroPython, ports/rp2
(MPY_CROSS_FLAGS).
"""

from upyfw.board.chip import Chip
from upyfw.board.port import UF2, Port

# where the flash begins in the address space (XIP)
_FLASH = 0x10000000

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
    tools=("arm-none-eabi-gcc", "cmake", "ninja", "newlib", "libstdc++"),
    compiler="arm-none-eabi-gcc",
    deploy="deploy.md",
    can_limit_heap=True,
    can_usbnet=True,
)
