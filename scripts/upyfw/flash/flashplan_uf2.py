# SPDX-License-Identifier: MIT
"""The steps of a UF2 file, and what is checked before it is copied to a boot drive."""

from upyfw.base.errors import BadInput
from upyfw.board.boards import Board
from upyfw.board.layout import Region
from upyfw.flash.flashstep import LEAVE, WRITE, Step
from upyfw.image import flashfile, fsimage, uf2
from upyfw.release import index
from upyfw.release.index import File


def steps(board: Board, file: File, data: bytes, erase: bool) -> tuple[tuple[Step, ...], bytes]:
    """Return the steps by offset, and the bytes to copy.

    erase: the pages that the file does not have are written too, as erased ones. Raises BadInput
    or UpyfwError if the file is not what its kind says, or does not belong to the board.
    """
    if file.container != index.UF2:
        raise BadInput(f"{file.name}: a boot drive takes UF2 files", "choose the .uf2 file")
    image = _image(board, file, data)
    firmware, fs = _split(board, file, image)
    if file.kind == index.FULL or not board.pair:
        flashfile.check_firmware(board, uf2.write(firmware))
    base = board.chip.flash_addr
    if fs.pages:
        region = board.fs_region
        fsimage.check(board, fs.content(base + region.offset, region.size_bytes))
    found = tuple(_step(board, region, image) for region in _by_offset(board))
    if not erase:
        return found, data
    whole = image.content(base, board.flash.size_bytes)
    return found, uf2.write(uf2.Image(image.family, uf2.pages(base, whole)))


def _image(board: Board, file: File, data: bytes) -> uf2.Image:
    """Return what a UF2 file writes; the boot ROM puts an update into one of a pair of slots."""
    try:
        image = uf2.read(data)
    except ValueError as exc:
        raise BadInput(f"{file.name}: no sound UF2: {exc}", "get it again") from None
    is_update = board.pair and file.kind == index.UPDATE and image.family != "absolute"
    return flashfile.in_slot(board, image) if is_update else image


def _split(board: Board, file: File, image: uf2.Image) -> tuple[uf2.Image, uf2.Image]:
    """Return the firmware and the file system of a UF2 file; an update has none of the latter."""
    start = board.chip.flash_addr + board.fs_region.offset
    end = board.chip.flash_addr + board.fs_region.end
    fs = {addr: page for addr, page in image.pages.items() if start <= addr < end}
    # the journal of a swap is written with everything, empty
    end = board.chip.flash_addr + board.slots[-1].end
    firmware = {addr: page for addr, page in image.pages.items() if addr < end}
    if bool(fs) != (file.kind == index.FULL) or not firmware:
        holds = "a file system" if fs else "no file system"
        raise BadInput(
            f"{file.name}: holds {holds}, but {index.NAME} says it is of kind {file.kind}"
        )
    return uf2.Image(image.family, firmware), uf2.Image(image.family, fs)


def _by_offset(board: Board) -> list[Region]:
    return sorted(board.regions, key=lambda region: region.offset)


def _step(board: Board, region: Region, image: uf2.Image) -> Step:
    base = board.chip.flash_addr
    inside = [addr for addr in image.pages if region.offset <= addr - base < region.end]
    if not inside:
        return Step(LEAVE, region.name, region.offset, region.size_bytes)
    size_bytes = max(inside) + uf2.PAYLOAD_BYTES - min(inside)
    data = image.content(min(inside), size_bytes)
    return Step(WRITE, region.name, min(inside) - base, size_bytes, data)
