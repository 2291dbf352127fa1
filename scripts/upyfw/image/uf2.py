# SPDX-License-Identifier: MIT
"""UF2 files: read, write, look inside.

Source of the format: Microsoft's UF2 specification; RP2350 datasheet, 5.5.2 and 5.5.3; the
absolute block in front of RP2350 files: erratum RP2350-E10.
"""

import struct
from dataclasses import dataclass

FAMILIES = {
    "absolute": 0xE48BFF57,
    "rp2040": 0xE48BFF56,
    "rp2350-arm-s": 0xE48BFF59,
}

PAYLOAD_BYTES = 256
BLOCK_BYTES = 512

_MAGIC_START0 = 0x0A324655
_MAGIC_START1 = 0x9E5D5157
_MAGIC_END = 0x0AB16F30
_FLAG_FAMILY = 0x00002000
_FLAG_EXTENSION = 0x00008000
_EXTENSION_IGNORE = 0x9957E304
_HEADER = struct.Struct("<8I")
_DATA_BYTES = 476

# RP2350-E10: last page of the 16 MiB window, where picotool puts the block too
_E10_ADDR = 0x10FFFF00


@dataclass(frozen=True)
class Image:
    """What a UF2 file writes: {flash address: 256-byte page} and for which chip family."""

    family: str
    pages: dict[int, bytes]

    @property
    def start_addr(self) -> int:
        """Address of the first page."""
        return min(self.pages)

    @property
    def end_addr(self) -> int:
        """Address behind the last page."""
        return max(self.pages) + PAYLOAD_BYTES

    def content(self, start_addr: int, size_bytes: int) -> bytes:
        """Return size_bytes of flash from start_addr; what no page covers is erased (0xFF).

        start_addr: a multiple of the page size.
        """
        out = bytearray(b"\xff" * size_bytes)
        for addr, page in self.pages.items():
            low = addr - start_addr
            if 0 <= low < size_bytes:
                out[low : low + PAYLOAD_BYTES] = page[: size_bytes - low]
        return bytes(out)


def pages(start_addr: int, data: bytes) -> dict[int, bytes]:
    """Cut data into pages from start_addr on; the last one is filled up with 0xFF."""
    if start_addr % PAYLOAD_BYTES:
        raise ValueError(f"0x{start_addr:x} is not a multiple of {PAYLOAD_BYTES}")
    return {
        start_addr + off: data[off : off + PAYLOAD_BYTES].ljust(PAYLOAD_BYTES, b"\xff")
        for off in range(0, len(data), PAYLOAD_BYTES)
    }


def write(image: Image) -> bytes:
    """Return the bytes of a UF2 file, pages in the order of their addresses.

    Files of the RP2350 begin with the block that erratum E10 asks for.
    """
    family_id = FAMILIES[image.family]
    count = len(image.pages)
    out = [_absolute_block()] if image.family.startswith("rp2350") else []
    for i, addr in enumerate(sorted(image.pages)):
        out.append(_block(_FLAG_FAMILY, addr, i, count, family_id, image.pages[addr]))
    return b"".join(out)


def _block(flags: int, addr: int, number: int, count: int, family_id: int, data: bytes) -> bytes:
    head = _HEADER.pack(
        _MAGIC_START0, _MAGIC_START1, flags, addr, PAYLOAD_BYTES, number, count, family_id
    )
    return head + data.ljust(_DATA_BYTES, b"\0") + struct.pack("<I", _MAGIC_END)


def _absolute_block() -> bytes:
    data = b"\xef" * PAYLOAD_BYTES + struct.pack("<I", _EXTENSION_IGNORE)
    flags = _FLAG_FAMILY | _FLAG_EXTENSION
    return _block(flags, _E10_ADDR, 0, 2, FAMILIES["absolute"], data)


def read(data: bytes) -> Image:
    """Return the image of a UF2 file.

    Raises ValueError with the block's number for a damaged file: wrong length, magic or payload,
    blocks missing or out of order, a page written twice, several families.
    """
    if not data or len(data) % BLOCK_BYTES:
        raise ValueError(f"{len(data)} bytes are not whole blocks of {BLOCK_BYTES}")
    blocks = [data[off : off + BLOCK_BYTES] for off in range(0, len(data), BLOCK_BYTES)]
    if blocks[0] == _absolute_block():
        del blocks[0]
    found: dict[int, bytes] = {}
    family_id = None
    for i, block in enumerate(blocks):
        addr, family_id = _check_block(block, i, len(blocks), family_id)
        if addr in found:
            raise ValueError(f"block {i}: address 0x{addr:08x} a second time")
        found[addr] = block[_HEADER.size : _HEADER.size + PAYLOAD_BYTES]
    names = [name for name, number in FAMILIES.items() if number == family_id]
    if not names:
        raise ValueError("no blocks" if family_id is None else f"family 0x{family_id:08x} unknown")
    return Image(names[0], found)


def _check_block(block: bytes, i: int, count: int, family_id: int | None) -> tuple[int, int]:
    """Return (address, family id) of a sound block; ValueError otherwise."""
    magic0, magic1, flags, addr, payload, number, total, family = _HEADER.unpack_from(block)
    end = struct.unpack_from("<I", block, BLOCK_BYTES - 4)[0]
    if (magic0, magic1, end) != (_MAGIC_START0, _MAGIC_START1, _MAGIC_END):
        raise ValueError(f"block {i}: no UF2 magic")
    if payload != PAYLOAD_BYTES or addr % PAYLOAD_BYTES:
        raise ValueError(f"block {i}: {payload} bytes at 0x{addr:08x}, not one page")
    if number != i or total != count:
        raise ValueError(f"block {i}: says it is {number} of {total}, the file has {count}")
    if not flags & _FLAG_FAMILY or family_id not in (None, family):
        raise ValueError(f"block {i}: family 0x{family:08x} differs or is missing")
    return addr, family
