# SPDX-License-Identifier: MIT
"""What the boot ROM of an RP2350 reads in an image: a loop of blocks, the last IMAGE_DEF holds.

Source: RP2350 datasheet, 5.1.5 and 5.9; pico-sdk, boot/picobin.h. picotool writes the blocks.
"""

import struct

SECTOR_BYTES = 4096
_START, _END = 0xFFFFDED3, 0xAB123579
_IMAGE_TYPE, _LAST = 0x42, 0xFF
_BLOCKS_MOST = 16
# of a block's type of image: an executable, on trial
_EXECUTABLE, _TRIAL = 1, 0x8000


def version(text: str) -> tuple[int, int]:
    """Return major and minor of an IMAGE_DEF for "1.2.3": 1 and 2 * 256 + 3."""
    major, minor, patch = (int(word) for word in text.split("-")[0].split("."))
    return major, minor * 256 + patch


def blocks(data: bytes) -> list[tuple[int, list[tuple[int, bytes]]]]:
    """Return (offset, items) of each block; an item is (type, bytes with its head).

    Raises ValueError if the loop, whose first block is in the first sector, is not whole.
    """
    first = _first(data)
    found, at = [], first
    while not found or at != first:
        if not first <= at < len(data) - 4 or len(found) > _BLOCKS_MOST or not _starts(data, at):
            raise ValueError("the loop of blocks is broken")
        items, link = _items(data, at + 4)
        found.append((at, items))
        at += link
    return found


def _first(data: bytes) -> int:
    for at in range(0, min(SECTOR_BYTES, len(data) - 3), 4):
        if _starts(data, at):
            return at
    raise ValueError("no block of the boot ROM")


def _starts(data: bytes, at: int) -> bool:
    return struct.unpack_from("<I", data, at)[0] == _START


def _items(data: bytes, at: int) -> tuple[list[tuple[int, bytes]], int]:
    """Return the items of a block, and how far behind its start the next block is."""
    items = []
    while at + 12 <= len(data):
        kind, size = data[at], data[at + 1]
        # types from 128 on have two bytes of size
        size += data[at + 2] * 256 if kind & 0x80 else 0
        if kind == _LAST:
            link, end = struct.unpack_from("<iI", data, at + 4)
            if end != _END:
                break
            return items, link
        if not size:
            break
        items.append((kind, data[at : at + 4 * size]))
        at += 4 * size
    raise ValueError("a block without its end")


def _flag_off(data: bytes) -> int:
    """Return where the byte with the flag of the trial is."""
    found = None
    for at, items in blocks(data):
        kind, body = items[0] if items else (0, b"")
        if kind == _IMAGE_TYPE and struct.unpack_from("<H", body, 2)[0] & 15 == _EXECUTABLE:
            found = at + 4 + 3
    if found is None:
        raise ValueError("no image for the boot ROM")
    return found


def is_trial(data: bytes) -> bool:
    """Tell whether the ROM starts the image only when it is asked for."""
    return bool(data[_flag_off(data)] & _TRIAL >> 8)


def with_trial(data: bytes, trial: bool) -> bytes:
    """Return an image with the flag, which the ROM leaves out of the hash, set or not."""
    at = _flag_off(data)
    byte = data[at] | _TRIAL >> 8 if trial else data[at] & ~(_TRIAL >> 8)
    return data[:at] + bytes([byte]) + data[at + 1 :]
