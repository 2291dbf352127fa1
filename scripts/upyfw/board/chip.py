# SPDX-License-Identifier: MIT
"""What is the same on every board that carries one chip."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Chip:
    """One chip, by the name that its maker's tools give it.

    port: the name of the port that runs on it. mpy_arch: architecture for mpy-cross, None for this
    machine's own. flash_addr: where the flash begins in the address space. uf2_family: name in
    uf2.FAMILIES. boot_off: flash offset at which the chip's ROM looks for the boot loader.
    flash_mhz: clocks that the image header can name. cores: how many it has.
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
    cores: int = 1

    @property
    def is_esp(self) -> bool:
        """Whether esptool writes it: its firmware begins with a header that names a clock."""
        return bool(self.flash_mhz)
