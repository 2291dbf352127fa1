# SPDX-License-Identifier: MIT
"""Firmware as the boot loader and an upgrade take it: MCUboot's image format, made by imgtool.

docs/formats/firmware-swap.md
"""

import contextlib
import io
import tempfile
from pathlib import Path

import upyfw
from upyfw.base.errors import UpyfwError
from upyfw.board import layout
from upyfw.board.boards import Board

# the protected TLV with the board's name: the first number that MCUboot leaves to vendors
BOARD_TLV = 0xA0
# the boot loader programs single bytes; imgtool takes the smallest unit that a flash may have
_ALIGN = 4


def wrap(board: Board, firmware: bytes, version: str = "", key: object = None) -> bytes:
    """Return the image of firmware that is linked for a board's slot: signed if there is a key.

    version: "1.2.3", the system's if empty. The hash covers header, firmware and board, so the
    image without a signature and with any is the same one for the boot loader. Raises UpyfwError
    if it is larger than the slot.
    """
    from imgtool import image
    from imgtool.version import decode_version

    made = image.Image(
        version=decode_version(version or upyfw.__version__),
        header_size=layout.Swap.HEADER_BYTES,
        pad_header=True,
        align=_ALIGN,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "firmware.bin"
        path.write_bytes(firmware)
        made.load(path)
    # it says on standard output what it does
    with contextlib.redirect_stdout(io.StringIO()):
        made.create(key, "hash", None, custom_tlvs={BOARD_TLV: board.name.encode()})
    data = bytes(made.payload)
    slot = board.swap.primary
    why = layout.overrun(slot, slot.offset + len(data))
    if why:
        raise UpyfwError(f"{board.name}: {why}", hint="freeze less (manifest/)")
    return data
