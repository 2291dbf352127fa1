# SPDX-License-Identifier: MIT
"""The steps of an image for an Espressif chip, and what is checked before esptool writes it."""

from upyfw.base.errors import BadInput
from upyfw.board import partitions
from upyfw.board.boards import Board
from upyfw.board.layout import Region
from upyfw.flash.flashstep import ERASE, LEAVE, WRITE, Step
from upyfw.image import espimage
from upyfw.release import index
from upyfw.release.index import File

# of the flash where the partition table is
TABLE_BYTES = 0xC00


def is_blank(board: Board, table: bytes | None) -> bool:
    """Tell whether the place of the partition table is erased: a board that was never written."""
    return board.record.has_table and table is not None and not table.strip(b"\xff")


def moved(board: Board, table: bytes | None) -> str | None:
    """Return why the partition table on a board is not the board definition's, or None."""
    if not board.record.has_table or table is None:
        return None
    try:
        found = partitions.read(table)
    except ValueError as exc:
        return f"the board's flash: {exc}"
    if list(found) != partitions.rows(board.regions):
        return f"the board has another partition table than {board.name}"
    return None


def steps(board: Board, file: File, data: bytes) -> tuple[Step, ...]:
    """Return the steps by offset.

    Of an update: the firmware into the first slot; the record of which slot runs is erased, so
    that the first one does. Of the whole flash: every region that has content; data regions
    without are erased. Raises UpyfwError if the file is not what its kind says, or not the
    board's.
    """
    if file.container != index.RAW:
        raise BadInput(f"{file.name}: {board.chip.mcu} takes .bin files", "choose the .bin file")
    regions = sorted(board.regions, key=lambda region: region.offset)
    if file.kind == index.UPDATE:
        espimage.check_app(board, data, file.name)
        return tuple(_update_step(region, board.slots[0], data) for region in regions)
    espimage.check_whole(board, data, file.name)
    return tuple(_whole_step(board, region, data) for region in regions)


def _update_step(region: Region, slot: Region, data: bytes) -> Step:
    if region == slot:
        return Step(WRITE, region.name, region.offset, len(data), data)
    action = ERASE if region.subtype == "ota" else LEAVE
    return Step(action, region.name, region.offset, region.size_bytes)


def _whole_step(board: Board, region: Region, data: bytes) -> Step:
    content = data[region.offset : region.end]
    if region == board.fs_region:
        return Step(WRITE, region.name, region.offset, len(content), content)
    used = content.rstrip(b"\xff")
    # the digest at an image's end can end in 0xFF
    used += b"\xff" * (-len(used) % 16)
    if used:
        return Step(WRITE, region.name, region.offset, len(used), used)
    # an app slot without content is not looked at while the record of slots is erased
    action = LEAVE if region.type == "app" else ERASE
    return Step(action, region.name, region.offset, region.size_bytes)
