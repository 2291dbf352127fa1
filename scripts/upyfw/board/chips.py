# SPDX-License-Identifier: MIT
"""The chips: what is the same on every board that carries one.

Sources: RP2040 datasheet 2.2; RP2350 datasheet 2.2 and 5.5.3; for the chips of Espressif esptool
(esptool/targets), which a test compares; mpy_arch: MicroPython, ports/*/Makefile and
ports/esp32/esp32_common.cmake (MPY_CROSS_FLAGS).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Chip:
    """One chip, by the name that its maker's tools give it.

    mpy_arch: architecture for mpy-cross, None for this machine's own. flash_addr: where the flash
    begins in the address space. uf2_family: name in uf2.FAMILIES. boot_off: flash offset at which
    the chip's ROM looks for the boot loader. flash_mhz: clocks that the image header can name.
    """

    name: str
    port: str
    mcu: str
    core: str
    mpy_arch: str | None
    flash_addr: int | None = None
    uf2_family: str | None = None
    boot_off: int | None = None
    flash_mhz: tuple[int, ...] = ()

    @property
    def is_esp(self) -> bool:
        """Whether esptool writes it."""
        return self.port.startswith("esp")


_ESP_MHZ = (20, 26, 40, 80)

CHIPS = {
    chip.name: chip
    for chip in (
        Chip("host", "unix", "host", "host", None),
        Chip("rp2040", "rp2", "RP2040", "Cortex-M0+", "armv6m", 0x10000000, "rp2040"),
        Chip("rp2350", "rp2", "RP2350", "Cortex-M33", "armv7emsp", 0x10000000, "rp2350-arm-s"),
        Chip(
            "esp32",
            "esp32",
            "ESP32",
            "Xtensa LX6",
            "xtensawin",
            boot_off=0x1000,
            flash_mhz=_ESP_MHZ,
        ),
        Chip(
            "esp32s3",
            "esp32",
            "ESP32-S3",
            "Xtensa LX7",
            "xtensawin",
            boot_off=0,
            flash_mhz=_ESP_MHZ,
        ),
        Chip("esp32c3", "esp32", "ESP32-C3", "RISC-V", "rv32imc", boot_off=0, flash_mhz=_ESP_MHZ),
        Chip(
            "esp32c6", "esp32", "ESP32-C6", "RISC-V", "rv32imc", boot_off=0, flash_mhz=(20, 40, 80)
        ),
        Chip(
            "esp8266",
            "esp8266",
            "ESP8266",
            "Xtensa L106",
            "xtensa",
            boot_off=0,
            flash_mhz=_ESP_MHZ,
        ),
    )
}
