# SPDX-License-Identifier: MIT
"""An ESP32 for tests of a firmware swap: flash of a real board's layout, the device's own modules.

They run on CPython, over tests/esp_flash.py; what is below them is a fake.
"""

import hashlib
import io
import sys
import types

import esp_flash
import esp_images
from casefile import TREE
from esp_flash import Flash, Partition
from upyfw.board import boards, partitions
from upyfw.image import signing

BOARD = boards.load("ESP32_GENERIC_C3")
NAMES = ("esp32", "_upyos", "sdata", "micropython", "_slot", "upyos", "upyos.lib", "upyos.start")
NAMES += ("upyos.start.upgraded", "upyos.upgrade")


def app(version: str) -> bytes:
    """An app that says which one it is, some sectors long."""
    return esp_images.app(BOARD.chip.name, 12288, version)


class Board:
    """One board: what outlives the power is its flash and the note of an upgrade."""

    def __init__(self, key: object, version: str = "0.2.0") -> None:
        self.key = key
        self.data = bytearray(b"\xff" * BOARD.flash.size_bytes)
        self._put(esp_flash.TABLE, partitions.table(BOARD.regions))
        self._put(BOARD.slots[0].offset, app(version))
        self.files: dict[str, str] = {}
        self.operations = 0
        self.confirmed = self.trial_ended = False

    def _put(self, off: int, data: bytes) -> None:
        self.data[off : off + len(data)] = data

    def start(self, cut: tuple[int, bool] | None = None) -> None:
        """Put the power on: the boot loader chooses, and the modules are loaded."""
        self.flash = Flash(self.data)
        self.flash.cut = cut
        try:
            self.running = esp_flash.boot(self.flash)
            assert self.running is not None, "a brick"
            self._load_modules()
        finally:
            self.operations = self.flash.operations

    @property
    def version(self) -> str:
        """Return the version of the slot that runs."""
        place = esp_flash.slots(self.flash)[self.running]
        return esp_images.version(self.flash.read(place[2], 0x20000))

    def _load_modules(self) -> None:
        Partition.flash, Partition.running = self.flash, self.running
        esp32 = types.ModuleType("esp32")
        esp32.Partition = Partition
        fakes = {
            "esp32": esp32,
            "_upyos": types.SimpleNamespace(trial_end=self._end),
            "sdata": types.SimpleNamespace(version=self.version),
            "micropython": types.SimpleNamespace(const=lambda value: value),
            "upyos.lib": types.SimpleNamespace(files=self),
            "upyos.start": types.SimpleNamespace(upgraded=self),
            "upyos.start.upgraded": self,
            "upyos.upgrade": types.SimpleNamespace(keys=self, source=self),
        }
        sys.modules.update(fakes)
        self.slot = sys.modules["_slot"] = self._module("ports/esp32/_slot.py")
        self.slots = self._module("modules/upyos/upgrade/slots.py")
        self.slots.open = self._open

    def _module(self, path: str) -> types.ModuleType:
        module = types.ModuleType(path)
        exec(compile((TREE / path).read_text(), path, "exec"), module.__dict__)
        return module

    def _end(self) -> None:
        self.trial_ended = True

    # what slots.py asks of lib.files, upgrade.keys, upgrade.source and start.upgraded
    def write_atomic(self, path: str, text: str) -> None:
        self.files[path] = text

    def discard(self, path: str) -> None:
        self.files.pop(path, None)

    def _open(self, path: str) -> io.StringIO:
        if path not in self.files:
            raise OSError(2)
        return io.StringIO(self.files[path])

    def is_trusted(self, digest: bytes, signature: bytes | None) -> bool:
        return signature is not None and signing.is_signed(self.key, digest, signature)

    def opened(self, image: bytes, _path: str, offset: int = 0) -> tuple[io.BytesIO, int]:
        return io.BytesIO(image[offset:]), offset

    def write(self, before: str, after: str, net: bool) -> None:
        self.files["note"] = after

    def upgrade(self, image: bytes, version: str, lower: bool = False) -> str | None:
        """Do what `upgrade` does, up to the reset; return why not."""
        record = types.SimpleNamespace(
            path="/x.img", size=len(image), digest=hashlib.sha256(image).digest()
        )
        try:
            self.slots.load(image, record)
            why = self.slots.check(BOARD.name, lower)
            if why:
                return why
            self.write(self.version, version, False)
            self.slots.ask()
        except ValueError as exc:
            return str(exc)
        return None

    def go_on(self) -> None:
        """Do what a start with a note does, and what the prompt does then."""
        if "note" not in self.files:
            return
        if self.slot.trial():
            self.confirmed = True
            assert self.slot.confirm(False)
        self.files.pop("note")
