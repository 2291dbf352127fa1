# SPDX-License-Identifier: MIT
"""An emulated RPI_PICO with an upgrade at hand: on a second file system, where its flash ends.

The emulated flash has 4 MiB. The firmware knows two of them; a program mounts the rest at /stick,
read only. So an upgrade is read from a directory that is larger than the board's own files.
"""

import hashlib
import struct
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import boot_drive
import machines
from session import Session
from upyfw.board import boards
from upyfw.board.layout import Region
from upyfw.image import fsimage, signing, slotimage, uf2
from upyfw.release import updates
from upyfw.targets.emulator import Emulator

NAME = "RPI_PICO"
BOARD = boards.load(NAME)
SWAP = BOARD.swap
SECTOR = 4096
FLASH_BYTES = 4 * 1024 * 1024
_HALF = FLASH_BYTES // 2
# A stranger's look at the flash: MicroPython reads any address.
_STICK = f"""\
import uctypes
import vfs
class Stick:
    def readblocks(self, block, buf, off=0):
        buf[:] = uctypes.bytearray_at(0x10000000 + {_HALF} + block * 4096 + off, len(buf))
    def writeblocks(self, block, buf, off=0):
        raise OSError(30)
    def ioctl(self, op, arg):
        return {{4: {_HALF // SECTOR}, 5: 4096}}.get(op, 0)
def __main__(args):
    vfs.mount(vfs.VfsLfs2(Stick()), "/stick", readonly=True)
"""
INIT = "/bin/stick.py\n"
# A service of the name that the note asks for cannot be started while this has no address.
USURP = b"""\
import json
def __main__(args):
    try:
        with open("/etc/upgrade.trial") as file:
            note = json.load(file)
    except OSError:
        return
    note["net"] = True
    with open("/etc/upgrade.trial", "w") as file:
        json.dump(note, file)
    import network
    network.USBD_NCM().active(False)
"""


def key(name: str = "good") -> object:
    """A key of this test run."""
    return _key(name)


@cache
def _key(name: str) -> object:
    folder = Path(tempfile.mkdtemp())
    signing.generate(folder / f"{name}.pem")
    return signing.load(folder / f"{name}.pem")


@cache
def firmware() -> slotimage.Image:
    """The image that was built."""
    content = uf2.read(machines.built(NAME).read_bytes())
    base = BOARD.chip.flash_addr + SWAP.primary.offset
    return slotimage.read(content.content(base, content.end_addr - base))


@cache
def image(version: str, signer: str = "good") -> bytes:
    """The same firmware as another version, signed."""
    return slotimage.wrap(BOARD, newer_firmware(version), version, key(signer))


def listed(version: str, image: bytes, board: str = NAME) -> bytes:
    """An upgrade list with that image."""
    digest = hashlib.sha256(image).hexdigest()
    return (
        f"#upyOS,{version},2026-11-29\n@{board},new.bin,{len(image)},{digest},\n#files,1\n"
    ).encode()


def site(
    folder: Path, version: str, image: bytes, board: str = NAME, signer: str = "good"
) -> Path:
    """Write an update site with that image alone, its list signed by that key."""
    name = f"upyos-{board}-{version}.img"
    text = listed(version, image, board).replace(b"new.bin", name.encode())
    signature = signing.sign(key(signer), updates.digest_to_sign(text, "list"))
    (folder / "etc").mkdir(parents=True)
    (folder / name).write_bytes(image)
    (folder / updates.LIST).write_bytes(
        updates.with_signature(text, "list", key(signer), signature)
    )
    return folder


def stick(files: dict[str, bytes]) -> bytes:
    """The second file system."""
    region = Region("littlefs", 0, _HALF)
    board = replace(BOARD, regions=(region,))
    empty = Path(tempfile.mkdtemp())
    return fsimage.make(board, files, skel=empty)


def offered(version: str, image: bytes) -> bytes:
    """A second file system with an upgrade."""
    return stick({"/new.bin": image, "/etc/upgrade.inf": listed(version, image)})


def flash(second: bytes, files: dict[str, bytes] | None = None, update: bytes = b"") -> bytes:
    """A whole flash: the board as it is delivered, files of a user, and the second half.

    update: what stands where an update goes.
    """
    own = {
        "/bin/stick.py": _STICK.encode(),
        "/etc/init.sh": INIT.encode(),
        "/etc/upgrade.key": signing.key_line(key(), "test").encode(),
        **(files or {}),
    }
    content = uf2.read(machines.built(NAME).read_bytes()).content(
        BOARD.chip.flash_addr, BOARD.flash.size_bytes
    )
    region = BOARD.fs_region
    whole = bytearray(content)
    whole[region.offset : region.end] = fsimage.make(BOARD, own)
    off = SWAP.secondary.offset + SECTOR
    whole[off : off + len(update)] = update
    return bytes(whole) + second


def started(folder: Path, content: bytes, speed: float = 1) -> Session:
    """Start a board with that flash; the first prompt is there. speed: while it streams."""
    path = folder / "flash.bin"
    path.write_bytes(content)
    machine = Emulator(path, flash_bytes=FLASH_BYTES, speed=speed)
    machine.start()
    session = Session(machine)
    session.wait_prompt()
    return session


def newer_firmware(version: str) -> bytes:
    """The firmware that was built, saying that it is another version."""
    return slotimage.as_version(firmware(), version)


@cache
def hanging(version: str) -> bytes:
    """Firmware that does nothing from its first instruction on, signed."""
    content = bytearray(firmware().firmware)
    # the reset vector, behind boot2: an address within the firmware; b . (ARM DDI 0419, A6.7.10)
    entry = struct.unpack_from("<I", content, 256 + 4)[0] & ~1
    off = entry - BOARD.chip.flash_addr - SWAP.start_off
    content[off : off + 2] = b"\xfe\xe7"
    return slotimage.wrap(BOARD, bytes(content), version, key())


@cache
def other_board(version: str) -> bytes:
    """Firmware for another board, signed."""
    return slotimage.wrap(boards.load("VCCGND_YD2040"), newer_firmware(version), version, key())


def dropped(content: bytes, version: str) -> bytes:
    """A flash onto which the update file of a version was dropped."""
    pages = dict(uf2.read(machines.built(NAME).read_bytes()).pages)
    image = slotimage.wrap(BOARD, newer_firmware(version), version)
    base = BOARD.chip.flash_addr
    slot = base + SWAP.primary.offset
    pages = {addr: page for addr, page in pages.items() if addr < slot}
    pages |= uf2.pages(slot, image)
    return boot_drive.written(content, uf2.write(uf2.Image(BOARD.chip.uf2_family, pages)), base)


def version(session: Session) -> str:
    """Return the version that runs."""
    return session.run("upgrade status").splitlines()[0].split()[1].rstrip(",")
