# SPDX-License-Identifier: MIT
"""The boot loader of the RP2040 on the emulated chip: what starts, with the power cut in between.

Two firmwares that do nothing but set a pin each show which one runs. What running firmware would
ask of the journal is done on the flash from outside, by the same code compiled for this machine.
"""

import struct
import subprocess
from pathlib import Path

import boot_simulator as sim
import pytest
from boot_simulator import SECTOR, Board, Layout
from upyfw.base.paths import REPO
from upyfw.build import firmware_rp2_boot as boot_loader
from upyfw.source import sources
from upyfw.targets.emulator import Emulator

SLOT_SECTORS = 6
LAYOUT = boot_loader.BootLayout(
    primary_off=4 * SECTOR,
    secondary_off=(4 + SLOT_SECTORS) * SECTOR,
    slot_bytes=SLOT_SECTORS * SECTOR,
    journal_off=(5 + 2 * SLOT_SECTORS) * SECTOR,
)
FLASH_BYTES = 2 * 1024 * 1024
# The pins of the two firmwares.
OLD, NEW = 2, 3
# Longer than any swap here, shorter than the watchdog of a trial.
_MOST_S = 5
_WATCHDOG_S = 9


def assembled(folder: Path, pin: int) -> bytes:
    """Return firmware that sets that pin, for the primary slot."""
    base = folder / f"firmware-{pin}"
    start = 0x10000000 + LAYOUT.primary_off + sim.HEADER_BYTES
    source = str(REPO / "tests" / "boot" / "firmware.S")
    command = ["arm-none-eabi-gcc", "-nostdlib", f"-DPIN={pin}", f"-Wl,-Ttext=0x{start:x}"]
    command += ["-Wl,--build-id=none", f"-Wl,--section-start=.image=0x{start:x}", "-Wl,-e,0"]
    subprocess.run([*command, "-o", f"{base}.elf", source], check=True, timeout=60)
    copy = ["arm-none-eabi-objcopy", "-O", "binary", "-j", ".image", f"{base}.elf", f"{base}.bin"]
    subprocess.run(copy, check=True, timeout=60)
    return base.with_suffix(".bin").read_bytes()


@pytest.fixture(scope="module")
def parts(tmp_path_factory) -> tuple[sim.Library, bytes, dict[int, bytes]]:
    """The code of this machine, the boot loader, and the images by their pins."""
    folder = tmp_path_factory.mktemp("boot")
    trees = sources.prepare_micropython("rp2")
    board = trees.micropython / "ports" / "rp2" / "boards" / "RPI_PICO"
    loader = boot_loader.build(folder / "loader", LAYOUT, FLASH_BYTES, board, trees)
    images = {pin: sim.wrapped(assembled(folder, pin)) for pin in (OLD, NEW)}
    return sim.build(folder), loader, images


class Chip:
    """A board with the loader, OLD in the primary slot and NEW in the secondary one."""

    def __init__(self, parts: tuple, folder: Path):
        library, loader, self.images = parts
        self.board = Board(library, Layout(**vars(LAYOUT)), FLASH_BYTES)
        self.board.write(0, loader.ljust(boot_loader.ROOM_BYTES, b"\xff"))
        self.board.files = self.board.others()
        self.board.flash_firmware(self.images[OLD])
        self.board.download(self.images[NEW])
        image = folder / "flash.bin"
        image.write_bytes(self.board.flash)
        self.machine = Emulator(image, flash_bytes=FLASH_BYTES)
        self.machine.start()

    def ask(self, what: int) -> int:
        """Do on the flash, from outside, what running firmware would do."""
        self.board.write(0, self.machine.flash_image())
        answer = self.board.run(what)
        self.machine.power_cycle(bytes(self.board.flash))
        return answer

    def started(self, seconds: float = _MOST_S) -> int | None:
        """Run for so long; return the pin of the firmware that runs then, None for nothing."""
        self.machine.advance(seconds)
        return next((pin for pin in (OLD, NEW) if self.machine.level(pin)), None)

    def resets(self) -> list[str]:
        """Return the causes of the starts so far."""
        return [each["cause"] for each in self.machine.stats()["resets"]]

    def is_unharmed(self) -> bool:
        """Tell whether the flash is as it was but for slots and journal."""
        self.board.write(0, self.machine.flash_image())
        return self.board.is_unharmed()


@pytest.fixture
def chip(parts, tmp_path):
    """A chip of its own for each test."""
    chip = Chip(parts, tmp_path)
    yield chip
    chip.machine.stop()


def test_the_loader_has_its_room(parts):
    """The boot loader fits into 16 KiB, with its vector table behind boot2."""
    loader = parts[1]
    print(f"boot loader: {len(loader)} bytes")
    assert len(loader) <= boot_loader.ROOM_BYTES
    stack, entry = struct.unpack_from("<II", loader, 256)
    assert stack == 0x20042000
    assert 0x10000100 < entry < 0x10000000 + len(loader)


def test_a_normal_start_writes_nothing(chip):
    """Without a request the firmware of the primary slot starts, and the flash stays as it is."""
    assert chip.started() == OLD
    assert chip.machine.flash_ops == 0
    chip.machine.reset()
    assert chip.started() == OLD


def test_swap_trial_and_confirmation(chip):
    """A requested image is swapped in and runs; once confirmed it runs at each start."""
    assert chip.ask(sim.REQUEST_TEST) == sim.OK
    assert chip.started() == NEW
    assert chip.ask(sim.CONFIRM) == 1
    assert chip.started() == NEW
    assert chip.is_unharmed()


def test_a_trial_that_hangs_ends_by_the_watchdog(chip):
    """Firmware on trial that does nothing more is reset after 8 s, and the old one is back."""
    chip.ask(sim.REQUEST_TEST)
    assert chip.started() == NEW
    assert chip.started(_WATCHDOG_S) == OLD
    assert chip.resets() == ["power", "watchdog"]
    assert chip.started(2 * _WATCHDOG_S) == OLD
    assert chip.resets() == ["power", "watchdog"]


def test_no_firmware(chip):
    """With an empty primary slot the chip's own boot loader waits for a file."""
    chip.board.erase(LAYOUT.primary_off, SECTOR)
    chip.machine.power_cycle(bytes(chip.board.flash))
    chip.machine.advance(1)
    assert chip.machine.stopped == "bootsel"


def test_power_cuts(chip, full):
    """The power goes at operations of swap and trial: the next starts end with old or new."""
    assert chip.ask(sim.REQUEST_TEST) == sim.OK
    asked = chip.machine.flash_image()
    chip.started()
    operations = chip.machine.flash_ops
    assert operations > 40
    for at in range(0, operations, 1 if full else 9):
        for torn in (False, True):
            chip.machine.power_cycle(asked, (at, torn))
            chip.machine.advance(_MOST_S)
            assert chip.machine.is_off
            chip.machine.power_cycle()
            pin = chip.started()
            assert pin in (OLD, NEW), (at, torn)
            chip.machine.power_cycle()
            assert chip.started() == OLD, (at, torn)
            assert chip.is_unharmed(), (at, torn)
