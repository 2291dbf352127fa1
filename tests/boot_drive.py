# SPDX-License-Identifier: MIT
"""A folder that behaves as the boot drive of an RP2040 or RP2350."""

import shutil
import threading
from pathlib import Path

from upyfw.image import uf2

# what the boot ROMs show; RP2040 datasheet, 2.8.4.2; RP2350 datasheet, 5.5.2
_INFO = {
    "rp2040": "UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n",
    "rp2350": "UF2 Bootloader v1.0\r\nModel: Raspberry Pi RP2350\r\nBoard-ID: RP2350\r\n",
}
_LOOK_S = 0.02


class BootDrive:
    """A boot drive, from its creation on; it goes away when it has a whole UF2 file.

    taken: that file. stays: it does not go away.
    """

    def __init__(self, path: Path, chip: str = "rp2040", stays: bool = False) -> None:
        self.path = path
        self.taken: bytes | None = None
        self._stays = stays
        path.mkdir(parents=True)
        (path / "INDEX.HTM").write_text("<html></html>")
        (path / "INFO_UF2.TXT").write_text(_INFO[chip])
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the watching."""
        self._closing.set()
        self._thread.join()

    def wait(self, limit_s: float) -> bytes | None:
        """Return the file when it is there."""
        self._thread.join(limit_s)
        return self.taken

    def _watch(self) -> None:
        while not self._closing.wait(_LOOK_S):
            for path in self.path.glob("*.uf2"):
                data = path.read_bytes()
                if not self._stays and _is_whole(data):
                    self.taken = data
                    shutil.rmtree(self.path)
                    return


def _is_whole(data: bytes) -> bool:
    try:
        uf2.read(data)
    except ValueError:
        return False
    return True


def written(flash: bytes, data: bytes, flash_addr: int) -> bytes:
    """The content of a flash after the boot ROM has written a file: it erases whole sectors."""
    out = bytearray(flash)
    pages = uf2.read(data).pages
    for sector in {(addr - flash_addr) // 4096 for addr in pages}:
        out[sector * 4096 : sector * 4096 + 4096] = b"\xff" * 4096
    for addr, page in pages.items():
        out[addr - flash_addr : addr - flash_addr + len(page)] = page
    return bytes(out)
