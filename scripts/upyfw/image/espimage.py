# SPDX-License-Identifier: MIT
"""Files for the flash of an ESP chip: what they are, whether they belong to a board, all in one.

docs/formats/flash-files.md describes them. Reading and merging is esptool's, as a library.
Source of the numbers: ESP-IDF Programming Guide 5.4, "App Image Format"; esp_app_desc_t and
esp_bootloader_desc_t of its headers.
"""

import contextlib
import struct
from collections.abc import Iterator

from upyfw.base.errors import UpyfwError
from upyfw.board import layout, partitions
from upyfw.board.boards import Board
from upyfw.board.layout import Region, size_text
from upyfw.image import fsimage

_MAGIC = 0xE9
_CHIP_ID_OFF = 12
# the first segment's data: behind the header (24 bytes) and the segment's head (8)
_DESC_OFF = 32
_APP_DESC_MAGIC = 0xABCD5432
_BOOTLOADER_DESC_MAGIC = 0x50
_TABLE_MAGIC = b"\xaa\x50"

APP, BOOTLOADER, WHOLE = "an app", "a boot loader", "a whole flash"


def kind(data: bytes) -> str | None:
    """Return what a file for an ESP32 is: APP, BOOTLOADER, WHOLE, or None for something else.

    A whole flash begins with a boot loader on most chips, and with 0x1000 erased bytes on others.
    """
    if data[partitions.TABLE_OFF :].startswith(_TABLE_MAGIC):
        return WHOLE
    if len(data) < _DESC_OFF + 4 or data[0] != _MAGIC:
        return None
    if struct.unpack_from("<I", data, _DESC_OFF)[0] == _APP_DESC_MAGIC:
        return APP
    return BOOTLOADER if data[_DESC_OFF] == _BOOTLOADER_DESC_MAGIC else None


def chip_name(data: bytes) -> str | None:
    """Return esptool's name of the chip that an image of the ESP32 family is for, or None."""
    from esptool.targets import CHIP_DEFS

    if len(data) < _DESC_OFF or data[0] != _MAGIC:
        return None
    number = struct.unpack_from("<H", data, _CHIP_ID_OFF)[0]
    ids = {getattr(chip, "IMAGE_CHIP_ID", None): name for name, chip in CHIP_DEFS.items()}
    return ids.get(number, f"number {number}")


def check_app(board: Board, app: bytes, name: str = "firmware.bin") -> None:
    """Refuse what may not be written to a slot of the board; name is the file's, for the message.

    Raises UpyfwError for a file of another kind, one for another chip, a damaged one and one that
    is larger than the slot.
    """
    _check_image(board, app, name, APP)
    why = layout.overrun(board.slots[0], board.slots[0].offset + len(app))
    if why:
        raise UpyfwError(
            f"{board.name}: {name}: {why}",
            hint="freeze less (profile in its board.toml), or move the regions there",
        )


def _check_image(board: Board, data: bytes, name: str, wanted: str) -> None:
    if board.record.has_table:
        found = kind(data)
        if found != wanted:
            raise _refusal(board, name, f"is {found or 'no image of an ESP chip'}, not {wanted}")
        if chip_name(data) != board.chip.name:
            raise _refusal(board, name, f"is for {chip_name(data)}, not {board.chip.name}")
    why = _damage(board.chip.name, data)
    if why:
        raise _refusal(board, name, f"is damaged: {why}")


def check_whole(board: Board, data: bytes, name: str) -> None:
    """Refuse what may not be written to the whole flash of the board; name is the file's.

    Raises UpyfwError if a part is missing, damaged, at another place or another board's.
    """
    if len(data) > board.flash.size_bytes:
        raise _refusal(board, name, "is larger than the flash")
    if board.record.has_table:
        _check_table(board, data, name)
        loader = board.region("bootloader")
        _check_image(board, data[loader.offset : loader.end], f"{name}, boot loader", BOOTLOADER)
    slot, fs = board.slots[0], board.fs_region
    check_app(board, data[slot.offset : slot.end], f"{name}, {slot.name}")
    fsimage.check(board, data[fs.offset : fs.end])


def _check_table(board: Board, data: bytes, name: str) -> None:
    if kind(data) != WHOLE:
        raise _refusal(board, name, f"is {kind(data) or 'no image of an ESP chip'}, not {WHOLE}")
    try:
        found = partitions.read(data[partitions.TABLE_OFF :])
    except ValueError as exc:
        raise _refusal(board, name, f"is damaged: {exc}") from None
    if list(found) != partitions.rows(board.regions):
        raise _refusal(board, name, "has the partition table of another board")


def _refusal(board: Board, name: str, why: str) -> UpyfwError:
    hint = f"./upyfw build {board.name}"
    return UpyfwError(f"{board.name}: {name} {why}", hint=hint, status=2)


def _damage(chip: str, data: bytes) -> str | None:
    """Return what esptool finds wrong with an image, or None."""
    from esptool.bin_image import LoadFirmwareImage
    from esptool.util import FatalError

    try:
        with _quiet_esptool():
            image = LoadFirmwareImage(chip, data)
    except FatalError as exc:
        return str(exc)
    except (struct.error, IndexError, TypeError):
        # what esptool comes across behind the end of the data
        return "it is cut off"
    except RuntimeError:
        # which FatalError is too; the plain one is about the extended header
        return "its header is wrong"
    if image.checksum != image.calculate_checksum():
        return "its checksum is wrong"
    if getattr(image, "append_digest", False) and image.stored_digest != image.calc_digest:
        return "its SHA-256 is wrong, or it is cut off"
    return None


@contextlib.contextmanager
def _quiet_esptool() -> Iterator[None]:
    """Let esptool say nothing: what it returns and raises is enough."""
    from esptool.logger import log

    log.set_verbosity("silent")
    try:
        yield
    finally:
        log.set_verbosity("auto")


def files(board: Board, firmware: bytes, bootloader: bytes, fs_image: bytes) -> dict[str, bytes]:
    """Return {file name: content} of all files to flash.

    upyos-<BOARD>.bin: the whole flash, for address 0, what is not used erased: also the record of
    which slot runs, so that the first one does. upyos-<BOARD>-update.bin: the firmware alone.
    bootloader: empty for the ESP8266, whose firmware brings its own. Raises UpyfwError, and makes
    nothing, if a part does not belong to the board.
    """
    check_app(board, firmware)
    fsimage.check(board, fs_image)
    parts = {board.slots[0]: firmware, board.fs_region: fs_image}
    if board.record.has_table:
        _check_image(board, bootloader, "bootloader.bin", BOOTLOADER)
        parts[board.region("bootloader")] = bootloader
        parts[board.region("partition_table")] = partitions.table(board.regions)
    whole = merged(board, parts)
    slot = board.slots[0]
    return {
        f"upyos-{board.name}.bin": whole,
        # on the ESP8266 it has the header with the flash settings
        f"upyos-{board.name}-update.bin": whole[slot.offset : slot.offset + len(firmware)],
    }


def _header_mode(board: Board) -> str:
    """Return the flash mode for the header in front.

    The ESP32's ROM reads the boot loader in it, and a flash chip has four lines only once the boot
    loader set its quad bit: ESP-IDF too writes dio for both modes with four (its Kconfig,
    ESPTOOLPY_FLASHMODE), and the boot loader was compiled with what it is to change to.
    """
    mode = board.flash.mode
    return "dio" if board.record.has_table and mode in ("qio", "qout") else mode


def merged(board: Board, parts: dict[Region, bytes]) -> bytes:
    """Return a whole flash that holds the parts, each at the start of its region.

    The boot loader's header gets the flash settings of the board. Raises UpyfwError for a part
    that is larger than its region.
    """
    from esptool import merge_bin

    for region, data in parts.items():
        why = layout.overrun(region, region.offset + len(data))
        if why:
            raise UpyfwError(f"{board.name}: {why}", hint="move the regions in its board.toml")
    size = size_text(board.flash.size_bytes).replace("iB", "B")
    with _quiet_esptool():
        return merge_bin(
            [(region.offset, data) for region, data in parts.items()],
            board.chip.name,
            flash_mode=_header_mode(board),
            flash_freq=f"{board.flash.clock_mhz}m",
            flash_size=size,
            pad_to_size=size,
        )
