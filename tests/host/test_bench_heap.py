# SPDX-License-Identifier: MIT
"""The heap of a firmware is read right."""

from upyfw.measure.bench_heap import HeapLayout


def test_layout_of_the_bare_firmware():
    # linker's heap of the bare RPI_PICO build (start, end)
    layout = HeapLayout.of_range(0x20002818, 0x20040000)
    assert layout.use(bytes(layout.table_bytes)).total_bytes == 246_080


def test_free_and_largest():
    layout = HeapLayout(0, 3)
    # blocks, lowest bits first: head tail free free | free free free head | 4 free
    use = layout.use(bytes([0b00_00_10_01, 0b01_00_00_00, 0]))
    assert (use.total_bytes, use.free_bytes, use.largest_free_bytes) == (192, 144, 80)


def test_full_heap():
    use = HeapLayout(0, 1).use(bytes([0b10_10_10_01]))
    assert (use.free_bytes, use.largest_free_bytes) == (0, 0)
