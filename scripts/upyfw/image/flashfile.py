# SPDX-License-Identifier: MIT
"""The files that go to the flash of a board: everything at once, and the update.

docs/formats/flash-files.md describes them.
"""

from upyfw.base.errors import UpyfwError
from upyfw.board import layout
from upyfw.board.boards import Board
from upyfw.image import fsimage, uf2


def check_firmware(board: Board, firmware: bytes) -> uf2.Image:
    """Return the image of a firmware UF2 that may go onto the board.

    Raises UpyfwError if it is damaged, made for another chip family, begins elsewhere than the
    firmware's region or is larger than it.
    """
    try:
        image = uf2.read(firmware)
    except ValueError as exc:
        raise UpyfwError(f"{board.name}: the firmware is no sound UF2: {exc}", status=2) from None
    family = "absolute" if board.pair else board.chip.uf2_family
    if image.family != family:
        raise UpyfwError(
            f"{board.name}: the firmware is for family {image.family}, the board is {family}",
            hint=f"./upyfw build {board.name}",
            status=2,
        )
    # what comes first: a boot loader of ours, or the boot ROM's table, if the board has one
    region = board.slots[0]
    if board.swap or board.pair:
        region = board.swap.boot if board.swap else board.pair.table
    start_off = image.start_addr - board.chip.flash_addr
    if start_off != region.offset:
        raise UpyfwError(
            f"{board.name}: the firmware begins at 0x{start_off:x}, its region at "
            f"0x{region.offset:x}",
            status=2,
        )
    why = layout.overrun(board.slots[0], image.end_addr - board.chip.flash_addr)
    if why:
        raise UpyfwError(
            f"{board.name}: {why}",
            hint="freeze less (manifest/), or move the regions in its board.toml",
        )
    return image


def in_slot(board: Board, update: uf2.Image) -> uf2.Image:
    """Return an update where it stands in the flash if the boot ROM chooses slot A for it.

    Raises UpyfwError if it is not of the board's chip, or larger than the slot.
    """
    slot = board.pair.primary
    pages = {addr + slot.offset: page for addr, page in update.pages.items()}
    shifted = uf2.Image("absolute", pages)
    why = layout.overrun(slot, shifted.end_addr - board.chip.flash_addr)
    if update.family != board.chip.uf2_family:
        why = f"the update is for family {update.family}, the board is {board.chip.uf2_family}"
    if why:
        raise UpyfwError(f"{board.name}: {why}", status=2)
    return shifted


def files(board: Board, firmware: bytes, fs_image: bytes) -> dict[str, bytes]:
    """Return {file name: content} of all files to flash.

    upyos-<BOARD>.uf2: firmware, an empty journal and file system. upyos-<BOARD>.bin: the whole
    flash, what is not used erased. upyos-<BOARD>-update.uf2: the firmware alone, so that the
    user's files stay.
    Raises UpyfwError, and makes nothing, if a part does not belong to the board.
    """
    image = check_firmware(board, firmware)
    fsimage.check(board, fs_image)
    base = board.chip.flash_addr
    pages = dict(image.pages)
    # every block of it: what littlefs finds in a block that was left out would be an old file
    # system's, and a metadata block with a higher count would win over ours
    pages.update(uf2.pages(base + board.fs_region.offset, fs_image))
    update = image
    if board.swap:
        journal = board.swap.journal
        pages.update(uf2.pages(base + journal.offset, b"\xff" * journal.size_bytes))
    if board.pair:
        pages.update(_forgotten(board))
        update = _update(board, image)
    whole = uf2.Image(image.family, pages)
    return {
        f"upyos-{board.name}.uf2": uf2.write(whole),
        f"upyos-{board.name}.bin": whole.content(base, board.flash.size_bytes),
        f"upyos-{board.name}-update.uf2": uf2.write(update),
    }


def _forgotten(board: Board) -> dict[int, bytes]:
    """Return erased pages over what a pair of slots remembers: a newer image, and a request."""
    pages = {}
    sector = b"\xff" * board.flash.erase_bytes
    for slot in board.slots:
        for off in range(slot.end - board.pair.TAIL_BYTES, slot.end, len(sector)):
            pages.update(uf2.pages(board.chip.flash_addr + off, sector))
    return pages | uf2.pages(board.chip.flash_addr + board.pair.secondary.offset, sector)


def _update(board: Board, image: uf2.Image) -> uf2.Image:
    """Return the image of slot A where the ROM shows it: it puts it where it belongs."""
    base = board.chip.flash_addr
    shift = board.pair.primary.offset
    pages = {addr - shift: page for addr, page in image.pages.items() if addr - base >= shift}
    return uf2.Image(board.chip.uf2_family, pages)
