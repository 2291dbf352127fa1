# SPDX-License-Identifier: MIT
"""Firmware as the boot loader and an upgrade take it: MCUboot's image format, made by imgtool.

docs/formats/firmware-swap.md
"""

import contextlib
import hashlib
import io
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path

import upyfw
from upyfw.base.errors import UpyfwError
from upyfw.board import layout
from upyfw.board.boards import Board

# the protected TLV with the board's name: the first number that MCUboot leaves to vendors
BOARD_TLV = 0xA0
# the boot loader programs single bytes; imgtool takes the smallest unit that a flash may have
_ALIGN = 4
# MCUboot, boot/bootutil/include/bootutil/image.h: magic, load address, bytes of header and of
# protected TLVs, bytes of firmware, flags, version
_HEADER = struct.Struct("<IIHHIIBBHI")
_MAGIC = 0x96F3B83D
_PROTECTED, _OTHERS = 0x6908, 0x6907
_SHA256, _ECDSA = 0x10, 0x22


def attach(board: Board, image: "Image", public: object, signature: bytes) -> bytes:
    """Return an image with a signature that was made elsewhere; see wrap."""
    fixed = {"value": signature}
    return wrap(board, image.firmware, image.version, fixed=fixed, public=public)


def wrap(
    board: Board,
    firmware: bytes,
    version: str = "",
    key: object = None,
    fixed: dict | None = None,
    public: object = None,
) -> bytes:
    """Return the image of firmware that is linked for a board's slot: signed if there is a key.

    fixed, public: a signature that was made elsewhere, and its key.

    version: "1.2.3", the system's if empty. The hash covers header, firmware and board, so the
    image without a signature and with any is the same one for the boot loader. Raises UpyfwError
    if it is larger than the slot.
    """
    from imgtool import image
    from imgtool.version import decode_version

    made = image.Image(
        version=decode_version(version or upyfw.__version__),
        header_size=board.update.header_bytes,
        pad_header=True,
        align=_ALIGN,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "firmware.bin"
        path.write_bytes(firmware)
        made.load(path)
    tlvs = {BOARD_TLV: board.name.encode()}
    # it says on standard output what it does
    with contextlib.redirect_stdout(io.StringIO()):
        made.create(key, "hash", None, custom_tlvs=tlvs, fixed_sig=fixed, pub_key=public)
    data = bytes(made.payload)
    slot = board.update.slot
    why = layout.overrun(slot, slot.offset + len(data) + board.update.tail_bytes)
    if why:
        raise UpyfwError(f"{board.name}: {why}", hint="freeze less (manifest/)")
    return data


@dataclass(frozen=True)
class Image:
    """What an image says about itself; signature DER, or None."""

    version: str
    board: str
    firmware: bytes
    digest: bytes
    signature: bytes | None


def read(data: bytes) -> Image:
    """Return what an image holds; ValueError with the reason if it is none, or not whole.

    Bytes behind its TLVs are not looked at.
    """
    if len(data) < _HEADER.size or _HEADER.unpack_from(data)[0] != _MAGIC:
        raise ValueError("no update image")
    _, _, header_bytes, protected_bytes, size_bytes, _, *numbers = _HEADER.unpack_from(data)
    hashed_end = header_bytes + size_bytes + protected_bytes
    protected = _tlvs(data, header_bytes + size_bytes, _PROTECTED) if protected_bytes else {}
    tlvs = _tlvs(data, hashed_end, _OTHERS)
    digest = hashlib.sha256(data[:hashed_end]).digest()
    if tlvs.get(_SHA256) != digest:
        raise ValueError("its content is not the one of its SHA-256")
    return Image(
        ".".join(map(str, numbers[:3])),
        protected.get(BOARD_TLV, b"").decode(errors="replace"),
        data[header_bytes : header_bytes + size_bytes],
        digest,
        tlvs.get(_ECDSA),
    )


def as_version(image: Image, version: str) -> bytes:
    """Return the firmware of an image as another version, of as many characters: one to try."""
    if len(version) != len(image.version):
        raise ValueError(f"{version} is not as long as {image.version}")
    return image.firmware.replace(image.version.encode(), version.encode())


def _tlvs(data: bytes, at: int, magic: int) -> dict[int, bytes]:
    """Return {type: value} of the TLVs at an offset."""
    if len(data) < at + 4 or struct.unpack_from("<H", data, at)[0] != magic:
        raise ValueError("it ends in the middle")
    end = at + struct.unpack_from("<H", data, at + 2)[0]
    if end > len(data):
        raise ValueError("it ends in the middle")
    found = {}
    at += 4
    while at + 4 <= end:
        kind, size_bytes = struct.unpack_from("<HH", data, at)
        found[kind] = data[at + 4 : at + 4 + size_bytes]
        at += 4 + size_bytes
    return found
