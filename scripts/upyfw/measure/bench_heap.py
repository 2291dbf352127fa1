# SPDX-License-Identifier: MIT
"""The heap of a running firmware, read from outside: nothing is added to what is measured.

MicroPython 1.26 lays out its one heap area as allocation table (2 bits a block, 0 is free), one
spare byte, finaliser table (1 bit a block), blocks of 16 bytes at the end: py/gc.c, gc_setup_area.
"""

from dataclasses import dataclass
from pathlib import Path

from upyfw.measure import symbols

BLOCK_BYTES = 16
_BLOCKS_PER_ATB = 4
_BLOCKS_PER_FTB = 8
_GAP_BYTES = 1

# runs of free blocks: what a byte of the allocation table holds, lowest bits first
_KINDS = [bytes((byte >> shift) & 3 for shift in (0, 2, 4, 6)) for byte in range(256)]


@dataclass(frozen=True)
class HeapUse:
    """A moment of the heap, all in bytes."""

    total_bytes: int
    free_bytes: int
    largest_free_bytes: int


@dataclass(frozen=True)
class HeapLayout:
    """Where the allocation table of a firmware lies."""

    table_addr: int
    table_bytes: int

    @classmethod
    def of_elf(cls, elf: Path) -> "HeapLayout":
        """Find the heap by the linker's symbols __GcHeapStart and __GcHeapEnd.

        Errors: UpyfwError if the file lacks them.
        """
        return cls.of_range(*symbols.values(elf, "__GcHeapStart", "__GcHeapEnd"))

    @classmethod
    def of_range(cls, start_addr: int, end_addr: int) -> "HeapLayout":
        """The table of a heap from start_addr up to end_addr, by gc_setup_area's arithmetic."""
        bits = 8 + 8 * _BLOCKS_PER_ATB // _BLOCKS_PER_FTB + 8 * _BLOCKS_PER_ATB * BLOCK_BYTES
        return cls(start_addr, (end_addr - start_addr - _GAP_BYTES) * 8 // bits)

    def use(self, table: bytes) -> HeapUse:
        """What an allocation table says."""
        kinds = b"".join(_KINDS[byte] for byte in table)
        runs = kinds.translate(bytes([0]) + b"\1" * 255).split(b"\1")
        largest = max(map(len, runs))
        return HeapUse(
            len(kinds) * BLOCK_BYTES, kinds.count(0) * BLOCK_BYTES, largest * BLOCK_BYTES
        )
