# SPDX-License-Identifier: MIT
"""A whole upgrade in the emulator, over each way that firmware comes, and the swap by itself.

Times are of the emulated clock: sleep, erases (45 ms) and programs (0.7 ms) are in them.
"""

import hashlib
import re
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import upyfw
from upyfw.base.errors import UpyfwError
from upyfw.board.boards import Board
from upyfw.board.layout import Swap
from upyfw.board.variant import Variant
from upyfw.build import freezing
from upyfw.build.firmware import Artifacts
from upyfw.image import fsimage, signing, slotimage, uf2
from upyfw.measure import bench_machine
from upyfw.measure.bench_machine import Machine
from upyfw.measure.bench_report import WAYS, SwapFigures, UpgradeFigures
from upyfw.release import updates
from upyfw.release.sites import Served, Site
from upyfw.targets import asked_blocks, prompts

# what scripts/emulator charges for a flash operation
ERASE_S = 0.045
PROGRAM_S = 0.0007
SECTOR = 4096
PAGE = 256
# of the images whose swap is compared with the sum of its flash operations
SWAP_BYTES = 600_000

_PORT = 8000
_LIMIT_S = 300.0
_LOOK_S = 0.02
_STEP_S = 0.005
_TRIED = "The new firmware is tried at the next reset."
_NOTHING = re.compile(rb"(?!)")
# docs/formats/firmware-swap.md, Journal
_MARKS_OFF = 256
_SWAPPED, _STARTED = 0, 1
_FOR_GOOD = 2

# the parts of an upgrade
LISTED = "list, files compared"
LOADED = "download"
VERIFIED = "verification, request"
HASHED = "restart, boot loader looks at it"
SWAPPED = "swap"
STARTED = "start, to the new prompt"


def newer(version: str = upyfw.__version__) -> str:
    """Return a higher version of as many characters; 9.9.9 and the like have none.

    Raises ValueError for these.
    """
    digits = version.replace(".", "")
    higher = iter(str(int(digits) + 1).zfill(len(digits)))
    found = "".join(next(higher) if letter.isdigit() else letter for letter in version)
    if next(higher, None):
        raise ValueError(f"{version}: no higher version is as long")
    return found


def measure(
    folder: Path, what: Variant, made: Artifacts
) -> tuple[UpgradeFigures, list[SwapFigures]]:
    """Measure a firmware with two slots and a boot loader of ours; folder is for what it takes.

    The newer version is the same firmware under another number. Its swap would leave out half of
    the sectors, for they are the same in both slots: so the swap that is told is one of two images
    of this size that differ.
    """
    key_path = folder / "bench.pem"
    signing.generate(key_path)
    key = signing.load(key_path)
    found = _image(what.board, made)
    version = newer(found.version)
    firmware = slotimage.as_version(found, version)
    image = slotimage.wrap(what.board, firmware, version, key)
    site = Site(updates.site(folder / "site", {what.board.name: image}, key, version=version))
    board = _Board(folder, what, made, signing.key_line(key, "bench"))
    network, serial = WAYS
    ways = {network: board.upgraded(_Network(site))} if what.board.usbnet else {}
    ways[serial] = board.upgraded(_Serial(site))
    small, own = (swap(folder, what.board, made, size) for size in (SWAP_BYTES, len(image)))
    for laps in ways.values():
        laps[SWAPPED] = own.took_s - own.looked_s
    return UpgradeFigures(len(image), ways), [small, own]


def _image(board: Board, made: Artifacts) -> slotimage.Image:
    """Return the image in a firmware file."""
    return updates.read_image(updates.of_build(board, made.firmware), str(made.firmware))


class _Board:
    """Boards that run the firmware as it was built, and trust a key."""

    def __init__(self, folder: Path, what: Variant, made: Artifacts, key_line: str) -> None:
        self._made = made
        self._swap = what.board.swap
        self._flash = folder / "upgrade.bin"
        files = {**freezing.image_files(what), "/etc/upgrade.key": key_line.encode()}
        self._flash.write_bytes(fsimage.make(what.board, files))

    def upgraded(self, way: "_Serial | _Network") -> dict[str, float]:
        """Upgrade one; return the seconds of each part."""
        made = self._made
        with bench_machine.started(made.firmware, made.elf, prompts.SHELL, self._flash) as machine:
            machine.wait()
            watch = _Watch(machine, self._swap, way.image_bytes)
            said = way.load(watch)
            if _TRIED not in said:
                raise UpyfwError(f"bench: the upgrade did not end: {said[-200:]!r}")
            watch.lap(VERIFIED)
            machine.emulator.send(b"reboot -f\r")
            resets = machine.emulator.stats()["resets"]
            watch.run_until(lambda: machine.emulator.stats()["resets"] > resets)
            operations = machine.emulator.flash_ops
            watch.run_until(lambda: machine.emulator.flash_ops > operations)
            watch.lap(HASHED)
            watch.run_until(lambda: _is_marked(machine, self._swap, _STARTED))
            watch.lap(SWAPPED)
            machine.wait()
            watch.lap(STARTED)
            return watch.laps


class _Watch:
    """Laps of the emulated clock."""

    def __init__(self, machine: Machine, regions: Swap, image_bytes: int) -> None:
        self.machine = machine
        self.laps: dict[str, float] = {}
        # an update stands one sector behind the start of its slot
        self._first_off = regions.secondary.offset + SECTOR
        self._last_off = self._first_off + (image_bytes - 1) // SECTOR * SECTOR
        self._free = machine.emulator.flash_read(self._first_off, PAGE)
        self.begin()

    def begin(self) -> None:
        """Begin the first part."""
        self._since_ns = self.machine.emulator.clock_ns

    def lap(self, name: str) -> None:
        """End a part."""
        now_ns = self.machine.emulator.clock_ns
        self.laps[name] = (now_ns - self._since_ns) / 1e9
        self._since_ns = now_ns

    def run_until(self, is_there: Callable[[], bool]) -> None:
        """Run until something is so."""
        _run_until(self.machine, is_there)

    def wait_loaded(self) -> None:
        """See the image come, while the machine runs by itself."""
        for name, off in ((LISTED, self._first_off), (LOADED, self._last_off)):
            until_s = time.monotonic() + _LIMIT_S
            while self.machine.emulator.flash_read(off, PAGE) == self._free:
                if time.monotonic() > until_s:
                    raise UpyfwError(f"bench: {name}: it does not end")
                time.sleep(_LOOK_S)
            self.lap(name)


class _Serial:
    """The site at the other end of the console, in blocks; who sends takes no time."""

    def __init__(self, site: Site) -> None:
        self._site = site
        (self._path,) = site.images.values()
        self.image_bytes = len(site.content(self._path))

    def load(self, watch: _Watch) -> str:
        """Have the board load it; return what it printed."""

        def report(path: str, done: int, total: int) -> None:
            if path == self._path and done in (0, total):
                watch.lap(LOADED if done else LISTED)

        size = asked_blocks.LONG_BLOCK_BYTES
        target = watch.machine.emulator
        return asked_blocks.serve(target, "upgrade -y -u -", self._site.content, report, size)


class _Network:
    """The tool's own http server, at the other end of the USB cable; it runs in real time."""

    def __init__(self, site: Site) -> None:
        self._site = site
        (path,) = site.images.values()
        self.image_bytes = len(site.content(path))

    def load(self, watch: _Watch) -> str:
        """Have the board load it; return what it printed."""
        emulator = watch.machine.emulator
        if not emulator.cable.wait():
            raise UpyfwError("bench: the host has no address")
        with Served(self._site) as served, _running(watch.machine):
            emulator.cable.reach(_PORT, served.port)
            base = f"http://{emulator.cable.state()['ip']}:{_PORT}{served.visit(_silent)}"
            start = len(emulator.output)
            watch.machine.emulator.send(f"upgrade -y -u {base}\r".encode())
            watch.begin()
            watch.wait_loaded()
            emulator.read_until(re.compile(rb"next reset\.\r\n|not complete"), _LIMIT_S)
            return emulator.output[start:].decode(errors="replace")


def _silent(path: str, done: int, total: int) -> None:
    pass


@contextmanager
def _running(machine: Machine) -> Iterator[None]:
    """Let a machine run by itself, no faster than real time."""
    machine.emulator.stream(lambda data: None)
    try:
        yield
    finally:
        machine.emulator.stream(None)


def _run_until(machine: Machine, is_there: Callable[[], bool]) -> None:
    for _ in range(int(_LIMIT_S / _STEP_S)):
        if is_there():
            return
        machine.emulator.step(_NOTHING, _STEP_S)
    raise UpyfwError("bench: the upgrade does not go on")


def _is_marked(machine: Machine, regions: Swap, number: int) -> bool:
    """Tell whether a mark is set in a record of the journal."""
    off = regions.journal.offset + _MARKS_OFF + number
    return any(machine.emulator.flash_read(off + at, 1) == b"\0" for at in (0, SECTOR))


def swap(folder: Path, board: Board, made: Artifacts, image_bytes: int) -> SwapFigures:
    """Measure the swap of two images of about that size that are asked for from outside."""
    firmware = _image(board, made).firmware[: image_bytes - Swap.HEADER_BYTES - Swap.TLVS_BYTES]
    # so that no sector is the same in both slots
    other = firmware[:SECTOR] + firmware[:-SECTOR]
    images = [slotimage.wrap(board, firmware, "1.0.0"), slotimage.wrap(board, other, "1.0.1")]
    path = folder / "swap.bin"
    path.write_bytes(_with_images(board, made, images))
    with bench_machine.started(path, made.elf, prompts.SHELL) as machine:
        emulator = machine.emulator
        _run_until(machine, lambda: emulator.flash_ops > 0)
        looked_s = emulator.clock_ns / 1e9
        _run_until(machine, lambda: _is_marked(machine, board.swap, _SWAPPED))
        took_s = emulator.clock_ns / 1e9
    sectors = 2 * _sectors(len(images[0]))
    needed_s = sectors * (ERASE_S + SECTOR // PAGE * PROGRAM_S)
    return SwapFigures(len(images[0]), looked_s, took_s, needed_s)


def _sectors(size_bytes: int) -> int:
    return -(-size_bytes // SECTOR)


def _with_images(board: Board, made: Artifacts, images: list[bytes]) -> bytes:
    """Return a flash with our boot loader, an image in each slot, and a record that asks."""
    content = uf2.read(made.firmware.read_bytes())
    base = board.chip.flash_addr
    flash = bytearray(b"\xff" * board.flash.size_bytes)
    loader_bytes = board.swap.primary.offset
    flash[:loader_bytes] = content.content(base, loader_bytes)
    offs = (board.swap.primary.offset, board.swap.secondary.offset + SECTOR)
    for off, image in zip(offs, images, strict=True):
        flash[off : off + len(image)] = image
    record = _record(images)
    off = board.swap.journal.offset
    flash[off : off + len(record)] = record
    return bytes(flash)


def _record(images: list[bytes]) -> bytes:
    """Return a record of the journal that asks for a swap for good."""
    digests = [slotimage.read(image).digest for image in images]
    sectors = _sectors(max(map(len, images)))
    record = struct.pack("<4sIII32s32s", b"UPYJ", 1, _FOR_GOOD, sectors, *digests)
    return record + hashlib.sha256(record).digest()[:4]
